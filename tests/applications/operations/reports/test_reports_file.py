"""What the judge says about `reports.yaml`: file, line, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from citybrain.base.packs import check_packs
from tests.applications.operations.cockpit.test_screen_file import INDICATORS, PACK

pytestmark = pytest.mark.django_db
REPORTS = """
reports:
  river.daily:
    title: {zh: 日报, en: Daily}
    period: day
    regions: {deepest: 1}
    sections:
      - title: {zh: 汛情, en: Floods}
        form: figures
        indicators: [river.floods]
      - title: {zh: 排名, en: Ranking}
        form: ranking
        indicator: river.floods
        over: total
"""


def judged(tmp_path: Path, reports: str, indicators: str = INDICATORS) -> list[str]:
    folder = tmp_path / "river"
    folder.mkdir(exist_ok=True)
    for name, text in (("pack.yaml", PACK), ("indicators.yaml", indicators), ("reports.yaml", reports)):
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return [f"{one.file.name}:{one.line} {one.code} {one.text()}" for one in check_packs([folder])]


def test_a_report_that_is_right(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    assert judged(tmp_path, REPORTS) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[river.floods]", "[river.flood]", "reports.yaml:9 packs.unknown_name"),
        ("period: day", "period: month", "reports.yaml:4 packs."),
        ("form: ranking", "form: pie", "reports.yaml:10 packs."),
        ("    regions: {deepest: 1}\n", "", "reports.yaml:2 reports.for_nobody"),
        ("deepest: 1", "deepest: 9", "reports.yaml:5 packs."),
        ("title: {zh: 日报, en: Daily}", "title: {zh: 日报}", "reports.yaml:3 packs.missing"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, settings, before: str, after: str, told: str) -> None:
    settings.DATA_DIR = tmp_path
    assert before in REPORTS
    found = judged(tmp_path, REPORTS.replace(before, after, 1))
    assert len(found) == 1, found
    assert found[0].startswith(told), found


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("aggregate: count", "aggregate: median", "reports.does_not_add_up"),
        ("period: day", "period: week", "reports.longer_period"),
        ("aggregate: count", "aggregate: count", ""),
    ],
)
def test_an_indicator_must_suit_what_is_done_with_it(
    tmp_path: Path, settings, before: str, after: str, code: str
) -> None:
    settings.DATA_DIR = tmp_path
    indicators = INDICATORS.replace(before, after, 1)
    if "median" in after:
        indicators = indicators.replace("AS period,", "AS period, 1.0 AS value,", 1)
    assert {one.split()[1] for one in judged(tmp_path, REPORTS, indicators)} == ({code} if code else set())


def test_a_report_of_organisations_needs_numbers_of_organisations(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    both = REPORTS.replace("regions:", "organisations: {deepest: 1}\n    regions:", 1)
    assert [one.split()[1] for one in judged(tmp_path, both)] == ["reports.not_by_organisation"] * 2
    only = both.replace("form: figures", "of: region\n        form: figures").replace(
        "form: ranking", "of: region\n        form: ranking"
    )
    assert judged(tmp_path, only) == []
