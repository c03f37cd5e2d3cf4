"""Everything that the pages of jobs and of the audit trail name by a code has words there, in both languages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from citybrain.applications.governance.appeals.types import REFUSED, SHOWN
from citybrain.base.jobs.registry import registry

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "citybrain"
RUNNING = ROOT / "web" / "src" / "console" / "running"
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def words(name: str) -> dict[str, dict[str, str]]:
    return dict(json.loads((RUNNING / name).read_text(encoding="utf-8")))


def codes_in(node: ast.AST) -> set[str]:
    texts = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return {text for text in texts if CODE.fullmatch(text)}


def calls_of(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == name:
                yield node


def given(call: ast.Call, place: int) -> ast.AST | None:
    return call.args[place] if len(call.args) > place else None


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def passed_on(function: ast.FunctionDef, trees: dict[Path, ast.Module], path: Path, name: str) -> set[str]:
    """The codes that callers give to a parameter which a function records."""
    parameters = [one.arg for one in function.args.posonlyargs + function.args.args]
    near = [tree for other, tree in trees.items() if other.parent.parent in path.parents or other.parent == path.parent]
    found: set[str] = set()
    for tree in near:
        for call in calls_of(tree, function.name):
            by_name = [one.value for one in call.keywords if one.arg == name]
            place = given(call, parameters.index(name)) if name in parameters else None
            for value in [*by_name, *([place] if place is not None else [])]:
                found |= codes_in(value)
    return found


def announced_beside(trees: dict[Path, ast.Module], path: Path) -> set[str]:
    """The types of the messages of the app that a file belongs to: what is recorded under a message's name."""
    app = next(folder for folder in path.parents if (folder / "messages.py").exists())
    classes = [node for node in trees[app / "messages.py"].body if isinstance(node, ast.ClassDef)]
    return {code for node in classes for code in codes_in(node)}


def recorded() -> set[str]:
    """Every action that the code writes into the audit trail."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}
    found = {f"picture.{state}" for state in (SHOWN, REFUSED)}
    for path, tree in trees.items():
        for function in functions_of(tree):
            for call in calls_of(function, "record"):
                action = given(call, 1)
                if isinstance(action, ast.Name):
                    found |= passed_on(function, trees, path, action.id) | codes_in(function)
                elif isinstance(action, ast.Attribute):
                    found |= announced_beside(trees, path)
                elif action is not None:
                    found |= codes_in(action)
    return found


@pytest.mark.parametrize("name", ["jobs.json", "actions.json"])
def test_words_are_there_in_both_languages(name: str):
    assert not [code for code, one in words(name).items() if not one.get("zh") or not one.get("en")]


def test_every_job_has_words():
    known = registry()
    assert {*known.recurring, *known.single, *known.loops} == set(words("jobs.json"))


def test_every_action_that_is_recorded_has_words():
    actions = recorded()
    assert len(actions) > 80
    assert actions - set(words("actions.json")) == set()
