"""Brings the lake up to date, keeps it tidy, and counts both sides each night."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from citybrain.base.jobs import every
from citybrain.hubs.data.facts import projecting, reconciling


@every(seconds=15, name="facts.project")
def project() -> int:
    return projecting.project(Path(settings.DATA_DIR))


@every(hours=1, name="facts.compact")
def compact() -> int:
    return projecting.compact(Path(settings.DATA_DIR))


@every(hours=24, name="facts.reconcile", by="city")
def reconcile() -> int:
    return reconciling.reconcile(Path(settings.DATA_DIR))
