"""A report as one HTML page that needs nothing else: style and charts are in it, and it prints on A4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from citybrain.applications.operations.reports.models import Report
from citybrain.applications.operations.reports.rendering.charts import ALARM, LINE, WARN, bar, trend
from citybrain.applications.operations.reports.rendering.style import STYLE
from citybrain.applications.operations.reports.rendering.words import Wording
from citybrain.applications.operations.reports.types import Language

Row = dict[str, Any]
TONES = {"warn": WARN, "alarm": ALARM}
EMPTY = SafeString("")


def page_of(report: Report, language: Language, origin: str = "") -> str:
    """The whole page in one language."""
    wording = Wording(report.content, language, origin)
    body = [_head(report, wording), *(_section(one, wording) for one in report.content["sections"]),
            _sources(report.content["sections"], wording)]  # fmt: skip
    return format_html(
        '<!DOCTYPE html>\n<html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{}</title><style>{}</style></head>'
        "<body><main>{}</main></body></html>\n",
        "zh-CN" if language == "zh" else "en", wording.title(), STYLE, _joined(body),
    )  # fmt: skip


def _head(report: Report, wording: Wording) -> SafeString:
    content = report.content
    made = wording.say("made_at", at=wording.moment(report.made_at), version=report.version)
    lines = [
        format_html('<p class="simulated">{}</p>', wording.say("simulated")) if content["is_simulated"] else EMPTY,
        format_html("<h1>{} <small>{}</small></h1>", wording.text(content["place"]["name"]),
                    wording.text(content["title"])),
        format_html('<p class="when">{}</p>', wording.period(content["start"], content["end"])),
        format_html('<p class="muted">{} · {}</p>', wording.say("known_at", at=wording.moment(report.known_at)), made),
        format_html('<p class="muted">{}</p>', wording.text(content["about"])) if content["about"] else EMPTY,
        format_html('<p class="replaced">{}</p>', wording.say("replaced")) if report.replaced_at else EMPTY,
    ]  # fmt: skip
    return format_html("<header>{}</header>", _joined(lines))


def _section(section: Row, wording: Wording) -> SafeString:
    body = SECTIONS[section["form"]](section, wording)
    if not body:
        body = format_html('<p class="muted">{}</p>', wording.say("no_numbers"))
    return format_html("<section><h2>{}</h2>{}</section>", wording.text(section["title"]), body)


def _figures(section: Row, wording: Wording) -> SafeString:
    before = wording.say(f"before_{wording.content['period']}")
    heads = [wording.say("indicator"), wording.say("value"), before, wording.say("delta"), wording.say("level")]
    return _table(heads, [_figure_row(row, wording) for row in section["rows"]]) if section["rows"] else EMPTY


def _figure_row(row: Row, wording: Wording) -> SafeString:
    facts, now, before = row["indicator"], row["now"], row["before"]
    change = row["change"] or ""
    said = wording.say(change) if change in ("better", "worse") else ""
    return format_html(
        '<tr><td><b>{}</b><small>{}</small></td><td class="n"><b>{}</b> {}<small>{}</small></td>'
        '<td class="n">{}<small>{}</small></td><td class="n {}">{}<small>{}</small></td><td>{}</td></tr>',
        wording.text(facts["title"]), wording.text(facts["about"]), _linked(now, facts, wording),
        wording.text(facts["unit"]) if now["value"] is not None else "", wording.note(now),
        _linked(before, facts, wording), wording.note(before) if before["expected"] > 1 else "", change,
        wording.say("same") if change == "same" else wording.delta(row["delta"], facts), said,
        _level(now["level"], wording),
    )  # fmt: skip


def _trends(section: Row, wording: Wording) -> SafeString:
    drawn = [one for one in section["lines"] if any(point["value"] is not None for point in one["points"])]
    return _joined(
        format_html("<figure><figcaption>{} <small>{}</small></figcaption>{}</figure>",
                    wording.text(one["indicator"]["title"]), wording.text(one["indicator"]["unit"]),
                    trend(one, wording))
        for one in drawn
    )  # fmt: skip


def _ranking(section: Row, wording: Wording) -> SafeString:
    rows, facts = section["rows"], section["indicator"]
    if not rows:
        return EMPTY
    most = max(one["now"]["value"] for one in rows)
    lines = [_rank(at, one, facts, most, wording) for at, one in enumerate(rows, start=1)]
    measure = f"{wording.text(facts['title'])} ({wording.text(facts['unit'])})"
    heads = [wording.say("rank"), wording.say("place"), measure, "", wording.say("level")]
    cut = section["total"] > len(rows)
    more = format_html('<p class="muted">{}</p>', wording.say("more", total=section["total"], shown=len(rows)))
    return _joined([_table(heads, lines), more if cut else EMPTY])


def _rank(at: int, row: Row, facts: Row, most: float, wording: Wording) -> SafeString:
    now = row["now"]
    return format_html(
        '<tr><td class="n">{}</td><td>{}</td><td class="n"><b>{}</b><small>{}</small></td><td>{}</td><td>{}</td></tr>',
        at, wording.text(row["name"]), _linked(now, facts, wording), wording.note(now),
        bar(now["value"], most, TONES.get(now["level"] or "", LINE)), _level(now["level"], wording),
    )  # fmt: skip


SECTIONS: Mapping[str, Callable[[Row, Wording], SafeString]] = {
    "figures": _figures, "trend": _trends, "ranking": _ranking,
}  # fmt: skip


def _sources(sections: Iterable[Row], wording: Wording) -> SafeString:
    """The ids of the values that are printed as numbers (those of the charts stand in the table of the XLSX)."""
    lines = [
        format_html(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            name, _ids(figure), figure["rows"], wording.moment(figure["recorded_at"]),
        )
        for name, figure in _printed(sections, wording)
    ]  # fmt: skip
    heads = [wording.say(word) for word in ("indicator", "value_id", "rows", "recorded")]
    return format_html(
        '<section class="sources"><h2>{}</h2><p class="muted">{}</p>{}</section>',
        wording.say("sources"), wording.say("sources_long"), _table(heads, lines),
    )  # fmt: skip


def _printed(sections: Iterable[Row], wording: Wording) -> Iterable[tuple[str, Row]]:
    for section in sections:
        for row in section.get("rows", ()):
            facts = row.get("indicator") or section["indicator"]
            place = f" · {wording.text(row['name'])}" if "name" in row else ""
            if row["now"]["value"] is not None:
                yield f"{wording.text(facts['title'])}{place}", row["now"]


def _ids(figure: Row) -> SafeString:
    return format_html_join(mark_safe("<br>"), "<code>{}</code>", ((one,) for one in figure["values"]))


def _linked(figure: Row, facts: Row, wording: Wording) -> SafeString | str:
    """The number, which opens what explains it where the platform can be reached."""
    spelled = wording.number(figure["value"], facts)
    if figure["value"] is None or not wording.origin:
        return spelled
    return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', wording.address(figure), spelled)


def _level(level: str | None, wording: Wording) -> SafeString:
    return format_html('<span class="level {}">{}</span>', level, wording.say(level)) if level else EMPTY


def _table(heads: Iterable[str], rows: Iterable[SafeString]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((one,) for one in heads))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, _joined(rows))


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("\n", "{}", ((one,) for one in parts))
