"""Finds the doors of every part of the platform by their file name: `api`, `subscriptions`, `jobs`, `commands`."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("base", "hubs", "applications", "guarantees", "sectors", "lab", "site")


def modules_named(name: str) -> list[ModuleType]:
    """Import every `name.py` below the floors, lower floors first, in path order."""
    return [importlib.import_module(dotted) for dotted in dotted_names(name)]


def dotted_names(name: str) -> list[str]:
    found = []
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob(f"{name}.py")):
            found.append(".".join(("citybrain", *path.relative_to(ROOT).with_suffix("").parts)))
    return found
