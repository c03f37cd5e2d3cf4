"""`screen.yaml` in packs: what a scene names must exist, and no element lies on another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from citybrain.applications.operations.cockpit.manifest import (
    AnyElement,
    RankingElement,
    SceneDefinition,
    ScreenFile,
    ShareElement,
)
from citybrain.applications.operations.cockpit.models import Scene
from citybrain.base import audit, clock, packs
from citybrain.base.audit import Actor

Where = tuple[str | int, ...]


def check_scenes(pack: packs.Contents, parsed: ScreenFile, findings: packs.Findings) -> None:
    """Names that exist, keys that are told apart, places inside the grid and apart from each other."""
    told = {key: one for _, file in findings.declared("indicators.yaml") for key, one in file.indicators.items()}
    for key, scene in parsed.scenes.items():
        places: list[tuple[Where, AnyElement]] = [
            (("scenes", key, "elements", index), one) for index, one in enumerate(scene.elements)
        ]
        for place, element in places:
            _check_names(place, element, told, findings)
        _check_keys(places, findings)
        _check_grid(places, findings)


def _check_names(place: Where, element: AnyElement, told: Mapping[str, Any], findings: packs.Findings) -> None:
    known = True
    for step, name in _indicators_of(element):
        known &= findings.check_name((*place, *step), "indicator", name)
    case_type = getattr(element, "case_type", None)
    if case_type:
        findings.check_name((*place, "case_type"), "case_type", case_type)
    for index, model in enumerate(getattr(element, "models", ())):
        findings.check_name((*place, "models", index), "model", model)
    if isinstance(element, RankingElement) and element.by == "organisation":
        _check_by(place, element.indicator, told, findings)
    if isinstance(element, ShareElement):
        _check_share(place, element, told if known else {}, findings)


def _check_by(place: Where, indicator: str, told: Mapping[str, Any], findings: packs.Findings) -> None:
    if indicator in told and not told[indicator].by_organisation:
        findings.add((*place, "by"), "cockpit.not_by_organisation", indicator=indicator)


def _check_share(place: Where, element: ShareElement, told: Mapping[str, Any], findings: packs.Findings) -> None:
    """Either indicators, of one unit, or cases."""
    if bool(element.indicators) == bool(element.cases):
        findings.add(place, "cockpit.share_of_one_thing")
    units = sorted({told[name].unit.en for name in element.indicators if name in told})
    if len(units) > 1:
        findings.add((*place, "indicators"), "cockpit.share_of_one_unit", units=", ".join(units))


def _indicators_of(element: AnyElement) -> list[tuple[Where, str]]:
    one = getattr(element, "indicator", None)
    many = getattr(element, "indicators", ())
    return [(("indicator",), one)] if one else [(("indicators", index), name) for index, name in enumerate(many)]


def _check_keys(places: list[tuple[Where, AnyElement]], findings: packs.Findings) -> None:
    seen: set[str] = set()
    for place, element in places:
        if element.key in seen:
            findings.add((*place, "key"), "cockpit.key_twice", key=element.key)
        seen.add(element.key)


def _check_grid(places: list[tuple[Where, AnyElement]], findings: packs.Findings) -> None:
    """The later one of two that overlap is told."""
    taken: dict[tuple[int, int], str] = {}
    for place, element in places:
        if not element.at.is_inside:
            findings.add((*place, "at"), "cockpit.outside_grid", key=element.key)
            continue
        under = sorted({taken[cell] for cell in element.at.cells() if cell in taken})
        if under:
            findings.add((*place, "at"), "cockpit.overlap", key=element.key, other=", ".join(under))
        taken |= dict.fromkeys(element.at.cells() - set(taken), element.key)


@transaction.atomic
def apply_scenes(pack: packs.Contents, parsed: ScreenFile, *, actor: Actor) -> None:
    """Write the scenes; those that the pack no longer declares are retired."""
    for key, definition in sorted(parsed.scenes.items()):
        _declare(pack.key, key, definition, actor)
    for row in Scene.objects.filter(pack=pack.key, retired_at=None).exclude(key__in=parsed.scenes).order_by("key"):
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        audit.record(actor, "scene.retired", row)


def _declare(pack: str, key: str, definition: SceneDefinition, actor: Actor) -> None:
    content = definition.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    if Scene.objects.filter(key=key, pack=pack, hash=digest, retired_at=None).exists():
        return
    columns = {"pack": pack, "order": definition.order, "definition": content, "hash": digest, "retired_at": None}
    row, _ = Scene.objects.update_or_create(key=key, defaults=columns)
    audit.record(actor, "scene.declared", row)
