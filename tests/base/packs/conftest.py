"""A folder of packs, and a small pack that is right, to be broken in one place at a time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

PACK = """
key: pumps
title: {zh: 泵站, en: Pumps}
version: 1.0.0
owner: Drainage office
quality:
  both-languages: done
  units: done
  sources: {todo: ask the manufacturer}
  history: {exempt: made for a test}
  silence: done
  hysteresis: done
  responsibility: done
  hand-checked: {exempt: no algorithms}
  personal-data: {exempt: pumps are not people}
"""
THINGS = """
models:
  pumps.station:
    title: {zh: 泵站, en: Pump station}
    properties:
      level:
        title: {zh: 水位, en: Water level}
        type: number
        unit: m
        min: 0
        max: 10
        period_seconds: 60
      running: {title: {zh: 运行, en: Running}, type: boolean}
"""
ALARMS = """
rules:
  pumps.level_high:
    title: {zh: 水位过高, en: Level high}
    model: pumps.station
    property: level
    kind: threshold
    op: gt
    raise_at: 4
    clear_at: 3.5
    for_seconds: 60
    severity: 2
    case_type: pumps.flooding
  pumps.silent:
    title: {zh: 泵站静默, en: Station silent}
    model: pumps.station
    property: level
    kind: silence
    after_seconds: 600
    severity: 4
"""
CASES = """
case_types:
  - code: pumps
    title: {zh: 泵站, en: Pumps}
    severity: 3
    loop: standard
  - code: pumps.flooding
    parent: pumps
    title: {zh: 积水, en: Flooding}
responsibilities:
  - {case_type: pumps, organisation: drainage}
"""
RIGHT = {"pack.yaml": PACK, "things.yaml": THINGS, "alarms.yaml": ALARMS, "cases.yaml": CASES}
Write = Callable[..., Path]


@pytest.fixture
def data_dir(tmp_path: Path, settings) -> Path:
    """A data directory of this test's own."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "packs").mkdir()
    return tmp_path


@pytest.fixture
def write_pack(data_dir: Path) -> Write:
    """Write a pack into DIR/packs: the right one, with files replaced (None leaves one out)."""

    def write(key: str = "pumps", **files: str | None) -> Path:
        folder = data_dir / "packs" / key
        named = {name.replace("__", "/").replace("_yaml", ".yaml").replace("_csv", ".csv"): text
                 for name, text in files.items()}  # fmt: skip
        for name, text in {**RIGHT, **named}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return folder

    return write
