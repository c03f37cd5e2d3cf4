"""What the judge says about `screen.yaml`: file, line, and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from citybrain.base.packs import check_packs

pytestmark = pytest.mark.django_db
PACK = """
key: river
title: {zh: 河道, en: River}
version: 1.0.0
owner: Water bureau
quality:
  both-languages: done
  units: done
  sources: done
  history: {exempt: made for a test}
  silence: {exempt: no things}
  hysteresis: {exempt: no rules}
  responsibility: {exempt: no cases}
  hand-checked: {exempt: no algorithms}
  personal-data: {exempt: water}
"""
INDICATORS = """
indicators:
  river.floods:
    title: {zh: 洪水, en: Floods}
    about: {zh: 洪水案件数, en: Number of flood cases}
    theme: safety
    unit: {zh: 件, en: cases}
    period: day
    aggregate: count
    subject: case
    owner: {zh: 水利局, en: Water bureau}
    sql: |
      SELECT period_of(opened_at) AS period, 'case/' || "case" AS subject, region_path
      FROM cases WHERE in_window(opened_at)
"""
SCREEN = """
scenes:
  river.main:
    title: {zh: 河道, en: River}
    elements:
      - key: floods
        kind: number
        at: {column: 1, row: 1, width: 4, height: 2}
        indicator: river.floods
      - key: line
        kind: trend
        at: {column: 5, row: 1, width: 4, height: 2}
        indicators: [river.floods]
      - key: places
        kind: ranking
        at: {column: 9, row: 1, width: 4, height: 4}
        indicator: river.floods
"""


def judged(tmp_path: Path, screen: str) -> list[str]:
    folder = tmp_path / "river"
    folder.mkdir(exist_ok=True)
    for name, text in (("pack.yaml", PACK), ("indicators.yaml", INDICATORS), ("screen.yaml", screen)):
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    return [f"{one.file.name}:{one.line} {one.code} {one.text()}" for one in check_packs([folder])]


def test_a_scene_that_is_right(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    assert judged(tmp_path, SCREEN) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("indicator: river.floods\n", "indicator: river.flood\n", "screen.yaml:8 packs.unknown_name"),
        ("kind: trend", "kind: gauge", "screen.yaml:9 packs.choice"),
        ("column: 5, row: 1", "column: 4, row: 2", "screen.yaml:11 cockpit.overlap"),
        ("column: 9, row: 1, width: 4", "column: 10, row: 1, width: 4", "screen.yaml:15 cockpit.outside_grid"),
        ("key: line", "key: floods", "screen.yaml:9 cockpit.key_twice"),
        ("kind: ranking", "kind: ranking\n        by: organisation", "screen.yaml:15 cockpit.not_by_organisation"),
        ("kind: ranking", "kind: share", "screen.yaml:16 packs.unknown_key_guess"),
        ("column: 1, row: 1", "column: 0, row: 1", "screen.yaml:7 packs.bound"),
        ("title: {zh: 河道, en: River}", "title: {zh: 河道}", "screen.yaml:3 packs.missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(tmp_path: Path, settings, before: str, after: str, told: str) -> None:
    settings.DATA_DIR = tmp_path
    assert before in SCREEN
    found = judged(tmp_path, SCREEN.replace(before, after, 1))
    assert len(found) == 1, found
    assert found[0].startswith(told), found


def test_a_share_is_of_one_thing_with_one_unit(tmp_path: Path, settings) -> None:
    settings.DATA_DIR = tmp_path
    element = "\n      - {key: whole, kind: share, at: {column: 1, row: 5, width: 3, height: 3}%s}\n"
    assert [one.split()[1] for one in judged(tmp_path, SCREEN.rstrip() + element % "")] == [
        "cockpit.share_of_one_thing"
    ]
    assert judged(tmp_path, SCREEN.rstrip() + element % ", cases: type") == []
    assert judged(tmp_path, SCREEN.rstrip() + element % ", indicators: [river.floods]") == []
