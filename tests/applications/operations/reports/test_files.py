"""A report as a file: the page, the PDF and the table say the same numbers, and nothing in them runs."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from citybrain.applications.operations.reports.models import Report
from citybrain.applications.operations.reports.rendering import printed, render
from citybrain.applications.operations.reports.rendering.charts import scale, trend
from citybrain.applications.operations.reports.rendering.words import Wording
from citybrain.base.audit.models import Record
from citybrain.base.clock import MovableClock
from citybrain.base.errors import BadInput, Unavailable
from citybrain.base.files.content import read_content
from tests.applications.operations.indicators.stage import run
from tests.applications.operations.reports.stage import set_the_stage
from tests.hubs.business.cases.stage import Play

pytestmark = pytest.mark.django_db
API = "/api/v1/reports"


@pytest.fixture
def report(play: Play, clock: MovableClock) -> dict[str, Any]:
    """A day with one accepted and one waiting case, with limits, and names that spreadsheets and pages could run."""
    set_the_stage(thresholds={"warn": 90, "alarm": 40}, title={"zh": "=1+1", "en": "<b>Accepted</b>"})
    play.handler.takes("accept", play.dispatcher.opens())
    play.dispatcher.opens()
    clock.move(days=1)
    run()
    answer: dict[str, Any] = play.leader.post("/reports/builds", {"key": "play.daily"})
    return answer


def page(play: Play, report: dict[str, Any], format: str, language: str = "zh") -> Any:
    answer = play.leader.client.get(f"{API}/{report['id']}/{format}?language={language}")
    assert answer.status_code == 200
    return answer


def test_the_page_needs_nothing_else_and_draws_its_charts(report: dict[str, Any], play: Play) -> None:
    text = page(play, report, "html").content.decode()
    assert "襄阳市" in text
    assert "50.0" in text
    assert "预警" in text
    assert len(re.findall(r"<svg class=\"chart\"", text)) == 1
    assert text.count("stroke-dasharray") == 2  # both limits
    assert re.search(r"<(script|link|img|iframe)\b|@import|url\(", text) is None
    link = re.search(r'href="([^"]+)"', text)
    assert link is not None
    assert link[1].startswith("http://testserver/console/indicators/play.accepted?dimension=region&amp;code=4206")


def test_texts_of_packs_are_texts(report: dict[str, Any], play: Play) -> None:
    text = page(play, report, "html", "en").content.decode()
    assert "&lt;b&gt;Accepted&lt;/b&gt;" in text
    assert "<b>Accepted" not in text


def test_a_city_that_is_made_up_says_so_everywhere(play: Play, clock: MovableClock) -> None:
    play.cast.city.is_simulated = True
    play.cast.city.save()
    set_the_stage()
    play.dispatcher.opens()
    clock.move(days=1)
    run()
    simulated = play.leader.post("/reports/builds", {"key": "play.daily"})

    assert simulated["is_simulated"]
    assert "模拟数据" in page(play, simulated, "html").content.decode()
    assert "模拟数据" in pdf_text(page(play, simulated, "pdf").content)
    told = load_workbook(io.BytesIO(page(play, simulated, "xlsx").content)).worksheets[1]
    assert "模拟数据" in str(told["A1"].value)


def test_a_real_citys_report_does_not_say_simulated(report: dict[str, Any], play: Play) -> None:
    assert "模拟" not in page(play, report, "html").content.decode()


def pdf_text(content: bytes) -> str:
    return "".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)


def test_the_pdf_has_the_text(report: dict[str, Any], play: Play) -> None:
    answer = page(play, report, "pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = pdf_text(answer.content)
    assert "襄阳市" in text
    assert "50.0" in text
    assert "play.accepted/region/4206/2026-03-01T16:00:00Z" in text.replace("\n", "")


def test_an_upload_has_to_be_a_whole_picture_also_after_a_pdf_was_printed(report: dict[str, Any], play: Play) -> None:
    """WeasyPrint reads torn pictures, and tells Pillow so for the whole process."""
    page(play, report, "pdf")
    drawn = io.BytesIO()
    Image.new("RGB", (64, 48)).save(drawn, "PNG")
    with pytest.raises(BadInput):
        read_content(drawn.getvalue()[:60], "photo.png")


def test_without_pango_the_pdf_is_refused_in_words(
    report: dict[str, Any], play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise Unavailable("reports.no_pdf")

    monkeypatch.setattr(printed, "_printer", missing)
    answer = play.leader.client.get(f"{API}/{report['id']}/pdf")
    assert answer.status_code == 503
    assert "libpango-1.0-0" in answer.json()["detail"]
    assert not Record.objects.filter(action="report.exported").exists()


def test_the_table_has_every_number_and_no_formula(report: dict[str, Any], play: Play) -> None:
    sheet = load_workbook(io.BytesIO(page(play, report, "xlsx").content)).worksheets[0]
    cells = [one for row in sheet.iter_rows() for one in row if one.value is not None]
    assert {one.data_type for one in cells} == {"s", "n", "d"}
    dangerous = [one for one in cells if one.value == "=1+1"]
    assert dangerous
    assert all(one.quotePrefix for one in dangerous)
    rows = [[one.value for one in row] for row in sheet.iter_rows(min_row=2)]
    accepted = next(row for row in rows if row[1] == "=1+1" and row[5] is not None)
    assert accepted[5:9] == [50, "%", "预警", 2]
    assert accepted[10] == "play.accepted/region/4206/2026-03-01T16:00:00Z"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "a\x0bb"])
def test_a_place_with_such_a_name_is_a_text(report: dict[str, Any], play: Play, text: str) -> None:
    row = Report.objects.get(pk=report["id"])
    row.content["place"]["name"] = {"zh": text, "en": text}
    sheet = load_workbook(io.BytesIO(render(row, "xlsx", "zh").content)).worksheets[0]
    assert {sheet.cell(at, 3).data_type for at in range(2, sheet.max_row + 1)} == {"s"}
    assert sheet["C2"].value == text.replace("\x0b", "")


def test_who_took_a_file_is_on_record(report: dict[str, Any], play: Play) -> None:
    for format in ("html", "pdf", "xlsx"):
        page(play, report, format)
    taken = Record.objects.filter(action="report.exported").order_by("id")
    assert [json.loads(one.data)["format"] for one in taken] == ["html", "pdf", "xlsx"]
    assert Record.objects.filter(action="report.built").count() == 1


@pytest.mark.parametrize(
    ("values", "axis"),
    [([], (0, 1, 0.5)), ([93.4], (0, 100, 50)), ([3, 7], (0, 8, 2)), ([-2, 5], (-2, 6, 2)), ([0.12], (0, 0.15, 0.05))],
)
def test_an_axis_has_round_numbers(values: list[float], axis: tuple[float, float, float]) -> None:
    assert scale(values) == pytest.approx(axis)


def test_a_missing_day_is_a_gap_in_the_line_and_on_the_axis() -> None:
    days = [1, 2, 4, 5]
    points = [
        {"value": float(day), "start": f"2026-03-{day:02}T00:00:00Z", "end": f"2026-03-{day + 1:02}T00:00:00Z"}
        for day in days
    ]
    facts = {"title": {"zh": "数"}, "decimals": 0, "warn": None, "alarm": None}
    drawn = trend({"indicator": facts, "points": points}, Wording({"zone": "UTC"}, "zh"))
    assert drawn.count("<polyline") == 2
    across = [float(x) for x in re.findall(r'<circle cx="([^"]+)"', drawn)]
    assert across[2] - across[1] == pytest.approx(2 * (across[1] - across[0]), abs=0.2)
