"""Reports are made when their day or week is over and computed, and again where late data changed one."""

from __future__ import annotations

from citybrain.applications.operations.reports.actions import build_due
from citybrain.base.accounts.types import system_viewer
from citybrain.base.jobs import every


@every(minutes=5, name="reports.build")
def build() -> int:
    return len(build_due(actor=system_viewer("reports")))
