"""The words that are printed around the numbers of a report, and how numbers and times are spelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from citybrain.applications.operations.reports.types import Content, Language

WORDS: dict[str, tuple[str, str]] = {
    "simulated": (
        "模拟数据：本城市为模拟城市，报告中的数字均非真实。",
        "Simulated: this city is made up, and none of these numbers is real.",
    ),
    "indicator": ("指标", "Indicator"),
    "value": ("数值", "Value"),
    "unit": ("单位", "Unit"),
    "level": ("级别", "Level"),
    "before_day": ("前一日", "Day before"),
    "before_week": ("上一周", "Week before"),
    "delta": ("变化", "Change"),
    "rows": ("行数", "Rows"),
    "place": ("地点", "Place"),
    "rank": ("名次", "Rank"),
    "owner": ("责任部门", "Owner"),
    "section": ("部分", "Section"),
    "begin": ("开始", "Begin"),
    "end": ("结束", "End"),
    "recorded": ("得知时刻", "Known since"),
    "value_id": ("数值编号", "Value id"),
    "address": ("说明页", "Explanation"),
    "sources": ("数字的来处", "Where the numbers come from"),
    "sources_long": (
        "每个数字都是平台已存的数值，没有另行计算；按编号可在平台上点开到构成它的行。",
        "Every number is a value that the platform keeps; nothing was computed anew. Its id opens it to its rows.",
    ),
    "normal": ("正常", "Normal"),
    "warn": ("预警", "Warning"),
    "alarm": ("告警", "Alarm"),
    "better": ("好转", "better"),
    "worse": ("变差", "worse"),
    "same": ("持平", "no change"),
    "total": ("合计", "total"),
    "total_of": ("{found} / {expected} 期合计", "total of {found} of {expected} periods"),
    "at": ("{period} 的值", "value of {period}"),
    "no_numbers": ("这个时段没有数值", "No numbers in this period"),
    "more": ("共 {total} 个，列出前 {shown} 个", "{total} in all, the first {shown} are listed"),
    "known_at": ("数据截至 {at}", "As known at {at}"),
    "made_at": ("生成于 {at}，第 {version} 版", "Made at {at}, version {version}"),
    "replaced": ("迟到的数据已使这份报告有了更新的版本。", "Late data has since made a newer version of this report."),
    "about": ("报告说明", "About"),
    "threshold_warn": ("预警线", "warning"),
    "threshold_alarm": ("告警线", "alarm"),
    "numbers": ("指标", "Numbers"),
}  # fmt: skip
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}


class Wording:
    """One report in one language."""

    def __init__(self, content: Content, language: Language, origin: str = ""):
        self.content, self.language, self.origin = content, language, origin
        self.zone = ZoneInfo(content["zone"])

    def say(self, word: str, **data: Any) -> str:
        return WORDS[word][0 if self.language == "zh" else 1].format(**data)

    def text(self, words: dict[str, str] | None) -> str:
        return words[self.language] if words else ""

    def number(self, value: float | None, facts: dict[str, Any]) -> str:
        return "—" if value is None else f"{value:,.{facts['decimals']}f}"

    def delta(self, value: float | None, facts: dict[str, Any]) -> str:
        if value is None:
            return "—"
        sign = "↑" if value > 0 else "↓" if value < 0 else ""
        return f"{sign} {abs(value):,.{facts['decimals']}f}".strip()

    def local(self, moment: str | datetime) -> datetime:
        given = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return given.astimezone(self.zone)

    def moment(self, moment: str | datetime) -> str:
        return f"{self.local(moment):%Y-%m-%d %H:%M:%S}"

    def period(self, start: str, end: str) -> str:
        """A day with its weekday, a week as its days, anything shorter as hours."""
        first, last = self.local(start), self.local(end)
        if last - first < timedelta(hours=20):
            return f"{first:%Y-%m-%d %H:%M}–{last:%H:%M}"
        if last - first < timedelta(days=2):
            return f"{first:%Y-%m-%d} {self._weekday(first)}"
        return f"{first:%Y-%m-%d} – {last - timedelta(hours=12):%Y-%m-%d}"

    def short(self, start: str) -> str:
        """For the axis of a chart."""
        return f"{self.local(start):%m-%d}"

    def _weekday(self, day: datetime) -> str:
        name = WEEKDAYS[self.language][day.weekday()]
        return f"星期{name}" if self.language == "zh" else name

    def title(self) -> str:
        """What it is, of where and when."""
        content = self.content
        period = self.period(content["start"], content["end"])
        return f"{self.text(content['place']['name'])} {self.text(content['title'])} {period}"

    def note(self, figure: dict[str, Any]) -> str:
        """What a figure says of itself where it is not the value of just this period."""
        if figure["value"] is None:
            return ""
        if figure["expected"] > 1:
            return self.say("total" if figure["found"] == figure["expected"] else "total_of", **figure)
        if (figure["start"], figure["end"]) != (self.content["start"], self.content["end"]):
            return self.say("at", period=self.period(figure["start"], figure["end"]))
        return ""

    def address(self, figure: dict[str, Any]) -> str:
        """The page that explains a figure as it was known: of a total, its last value."""
        key, dimension, code, start = figure["values"][-1].split("/")
        query = {"dimension": dimension, "code": code, "start": start, "known": figure["recorded_at"]}
        return f"{self.origin}/console/indicators/{key}?{urlencode(query)}"
