"""Loops as people look at them: the declaration, and a drawing."""

from __future__ import annotations

from citybrain.base.accounts import Viewer, check_may
from citybrain.base.errors import NotFound
from citybrain.hubs.business.cases.loops import LoopDefinition
from citybrain.hubs.business.cases.loops.drawing import mermaid
from citybrain.hubs.business.cases.models import Loop
from citybrain.hubs.business.cases.queries.catalogue import catalogue
from citybrain.hubs.business.cases.types import CaseTypeView


def list_loops(viewer: Viewer) -> list[Loop]:
    """The newest version of each loop."""
    check_may(viewer, "case.read")
    newest = {loop.key: loop for loop in Loop.objects.order_by("version")}
    return sorted(newest.values(), key=lambda loop: loop.key)


def get_loop(viewer: Viewer, key: str, version: int | None = None) -> Loop:
    """A loop in its newest or a named version; raises NotFound."""
    check_may(viewer, "case.read")
    rows = Loop.objects.filter(key=key)
    found = (rows if version is None else rows.filter(version=version)).order_by("-version").first()
    if found is None:
        raise NotFound("input.not_found")
    return found


def drawing_of(loop: Loop, language: str) -> str:
    """The state graph in the language of Mermaid."""
    return mermaid(LoopDefinition.model_validate(loop.definition), language)


def list_case_types(viewer: Viewer, *, retired: bool = False) -> list[CaseTypeView]:
    """Every kind of case, parents before their children."""
    check_may(viewer, "case.read")
    return [kind for kind in catalogue().types.values() if kind.is_active or retired]
