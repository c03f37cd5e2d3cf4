"""Every number that Prometheus can read stands in docs/operations.md, and nothing stands there that it cannot."""

from __future__ import annotations

import re
from pathlib import Path

import citybrain.site.urls  # noqa: F401  (whatever declares gauges is imported)
from citybrain.base.metrics import gauges
from citybrain.hubs.sensing.ingest.metrics import Metrics
from citybrain.site.http import metrics as web

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = re.compile(r"^\| `(citybrain_[a-z0-9_]+)`", re.MULTILINE)
LIVE = re.compile(r'(?:Gauge|Counter|Histogram)\(\s*"(citybrain_[a-z0-9_]+)"')


def test_every_metric_is_documented() -> None:
    there = {one.name for one in gauges()}
    there |= {family.name for family in web.own.collect()}
    there |= {family.name for family in Metrics().registry.collect()}
    there |= set(LIVE.findall((ROOT / "src/citybrain/site/live/hub.py").read_text(encoding="utf-8")))
    documented = DOCUMENTED.findall((ROOT / "docs/operations.md").read_text(encoding="utf-8"))
    assert sorted(there) == sorted(documented)
