"""What no import graph sees: names in strings, rules in doors, keys that point upwards, signals, cross-room reaches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2] / "src" / "citybrain"
FLOORS = ["base", "hubs", "applications", "sectors", "guarantees", "lab", "site"]
DOORS = {"api.py", "subscriptions.py", "jobs.py", "commands.py"}
MEETING_ROOMS = {"actions", "queries", "types", "messages", "http"}
FOUND_BY_FOLDER = {("base/packs/discovery.py", "citybrain.sectors.")}  # packs are found, not imported
BASE_ORDER = ["audit", "bus", "places", "parties", "accounts", "jobs", "files", "notices", "packs"]


def sources() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts]


def floor_of(dotted: str) -> int:
    return FLOORS.index(dotted.split(".")[1])


def imported(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                yield node.lineno, f"{node.module}.{name.name}"
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield node.lineno, name.name


def our_models() -> list[type]:
    return [model for model in apps.get_models() if model.__module__.startswith("citybrain.")]


def test_foreign_keys_point_downwards_or_stay_in_their_app():
    """A case may point at a region; a region may never point at a case, nor one hub's rows at another hub's."""
    wrong = []
    for model in our_models():
        home = model.__module__.split(".models")[0]
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if target is None or field.auto_created or isinstance(target, str):
                continue
            there = target.__module__.split(".models")[0]
            if there == home or not there.startswith("citybrain."):
                continue
            lower = floor_of(there) < floor_of(home)
            if floor_of(there) == floor_of(home) == 0:
                lower = BASE_ORDER.index(there.split(".")[2]) < BASE_ORDER.index(home.split(".")[2])
            same_hub = home.split(".")[1:3] == there.split(".")[1:3] and floor_of(home) > 0
            if not (lower or same_hub):
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert our_models(), "no models were found: this test sees nothing"
    assert wrong == []


def test_every_model_says_what_it_is_in_the_city():
    silent = [
        m.__name__ for m in our_models() if not (m.__doc__ or "").strip() or m.__doc__.startswith(f"{m.__name__}(")
    ]
    assert silent == []


def test_no_module_name_in_a_string_leads_upwards():
    """`import_module("citybrain.site…")` would be an import that no graph sees."""
    wrong = []
    for path in sources():
        mine = "citybrain." + ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if mine.startswith("citybrain.site"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("citybrain."):
                parts = node.value.split(".")
                known = len(parts) > 1 and parts[1] in FLOORS and " " not in node.value
                agreed = (str(path.relative_to(ROOT)), node.value) in FOUND_BY_FOLDER
                if known and not agreed and floor_of(node.value) > floor_of(mine):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value}")
    assert wrong == []


def test_doors_hold_no_tables():
    """A door calls an action or a query; it neither imports models of another app nor opens a transaction."""
    wrong = []
    for path in sources():
        if path.name not in DOORS:
            continue
        home = "citybrain." + ".".join(path.relative_to(ROOT).parent.parts)
        for line, name in imported(path):
            foreign = name.startswith("citybrain.") and ".models" in name and not name.startswith(home + ".")
            if foreign or name in ("django.db.transaction", "django.db.connection"):
                wrong.append(f"{path.relative_to(ROOT)}:{line} {name}")
    assert wrong == []


def test_no_django_signals_for_business():
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sources()
        for line, name in imported(path)
        if name.startswith(("django.db.models.signals", "django.dispatch")) and "connection_created" not in name
    ]
    assert wrong == []


def test_nobody_writes_a_drawer_for_everything():
    drawers = {"utils", "helpers", "lib", "misc", "common", "extras"}
    assert [str(path) for path in sources() if path.stem in drawers or drawers & set(path.parts)] == []


@pytest.mark.parametrize("folder", ["src", "tests", "scripts", "bench", "docs"])
def test_no_unfinished_marks(folder):
    marks = ("TO" + "DO", "FIX" + "ME", "XX" + "X:", "raise NotImplemented" + "Error")
    root = ROOT.parents[1] / folder
    found = [
        f"{path.relative_to(root)}: {mark}"
        for path in sorted(root.rglob("*"))
        if path.suffix in {".py", ".md", ".yaml"}
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]
    assert root.is_dir()
    assert found == []
