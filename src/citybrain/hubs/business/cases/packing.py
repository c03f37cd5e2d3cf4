"""`cases.yaml` of a pack: checked, then made rows. Loading a file twice changes nothing the second time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db import transaction

from citybrain.base import audit, clock
from citybrain.base.audit import Actor
from citybrain.base.jobs import enqueue
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.loops.graph import hash_of
from citybrain.hubs.business.cases.manifest import CasesFile, Merge, ResponsibilityLine, TypeClocks, TypeDefinition
from citybrain.hubs.business.cases.models import (
    CaseLabel,
    CaseType,
    CatalogueVersion,
    ClockPlan,
    Loop,
    Responsibility,
    WorkCalendar,
)

if TYPE_CHECKING:
    from citybrain.base.packs.contents import Contents

DEFAULTS = "default"
EVERYWHERE = "*"
DECLARED: tuple[tuple[str, type[Any]], ...] = (("calendars", WorkCalendar), ("clocks", ClockPlan), ("loops", Loop))


@cache
def default_file() -> CasesFile:
    """What every city has before any pack: the default loop, a calendar and two clocks."""
    path = Path(__file__).with_name("defaults.yaml")
    return CasesFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def apply_section(pack: Contents, parsed: CasesFile, *, actor: Actor) -> list[object]:
    """The door of the pack loader."""
    return list(apply_cases_file(pack.key, parsed, actor=actor))


@transaction.atomic
def apply_cases_file(pack: str, parsed: CasesFile, *, actor: Actor) -> list[str]:
    """Make a pack's declarations rows; returns what could not be used in this city, in words.

    Loops, clocks and calendars get a new version when they changed. Kinds of case that the pack no longer declares are
    retired (their cases stay); its responsibility lines end, unless somebody edited them here.
    """
    if pack != DEFAULTS:
        apply_cases_file(DEFAULTS, default_file(), actor=actor)
    moved = _changed_calendars(parsed)
    changed = sum(_declare(pack, model, getattr(parsed, name)) for name, model in DECLARED)
    changed += _apply_types(pack, parsed.case_types)
    changed += _apply_labels(pack, parsed)
    lines, warnings = _apply_responsibilities(pack, parsed.responsibilities)
    if changed + lines:
        CatalogueVersion.renew()
        audit.record(actor, "casework.declared", kind="pack", key=pack, changed=changed, lines=lines)
    for key in moved:
        enqueue("cases.recount", actor=actor, calendar=key)
    return warnings


def _changed_calendars(parsed: CasesFile) -> list[str]:
    """Calendars that stood here before and are declared otherwise now: what runs by them has to be counted again."""
    newest = {row.key: row.hash for row in WorkCalendar.objects.order_by("version")}
    return [one.key for one in parsed.calendars if one.key in newest and newest[one.key] != hash_of(one.row())]


def _declare(pack: str, model: type[Any], items: Iterable[Any]) -> int:
    """Add a version for each declaration that differs from its newest one."""
    newest = {row.key: row for row in model.objects.order_by("version")}
    rows = []
    for item in items:
        definition = item.row()
        known, digest = newest.get(item.key), hash_of(definition)
        if known is None or known.hash != digest:
            rows.append(
                model(
                    key=item.key, version=known.version + 1 if known else 1, title=item.title.model_dump(),
                    definition=definition, hash=digest, pack=pack, declared_at=clock.now(),
                )
            )  # fmt: skip
    model.objects.bulk_create(rows)
    return len(rows)


# kinds of case


def _apply_types(pack: str, items: Sequence[TypeDefinition]) -> int:
    known = {row.code: row for row in CaseType.objects.select_related("parent")}
    changed = 0
    for item in parents_first(items):
        parent = known.get(item.parent) if item.parent else None
        values = _type_values(pack, item, parent)
        row = known.get(item.code)
        if row is None:
            known[item.code] = CaseType.objects.create(code=item.code, **values)
            changed += 1
            continue
        different = [name for name, value in values.items() if getattr(row, name) != value]
        if different:
            for name in different:
                setattr(row, name, values[name])
            row.save(update_fields=different)
            changed += 1
    kept = [item.code for item in items]
    return changed + CaseType.objects.filter(pack=pack, is_active=True).exclude(code__in=kept).update(is_active=False)


def _type_values(pack: str, item: TypeDefinition, parent: CaseType | None) -> dict[str, Any]:
    """Every column of a kind; what is left out comes from the parent, and at the top from the platform."""
    own: dict[str, Any] = {
        "severity": item.severity,
        "loop_key": item.loop,
        "clocks": item.clocks.model_dump() if item.clocks else None,
        "merge": item.merge.model_dump() if item.merge else None,
        "on_alarm_resolved": item.on_alarm_resolved,
        "classify_threshold": item.classify_threshold,
    }
    top = {
        "severity": 3,
        "loop_key": "standard",
        "clocks": TypeClocks().model_dump(),
        "merge": Merge().model_dump(),
        "on_alarm_resolved": "propose",
        "classify_threshold": 0.6,
    }
    inherited = {name: getattr(parent, name) if parent else top[name] for name in top}
    values = {name: inherited[name] if value is None else value for name, value in own.items()}
    values["keywords"] = list(item.keywords)
    path = f"{parent.path if parent else '/'}{item.code}/"
    return {**values, "title": item.title.model_dump(), "parent": parent, "path": path, "pack": pack, "is_active": True}


def parents_first(items: Sequence[TypeDefinition]) -> list[TypeDefinition]:
    """The same kinds, each after its parent; what stands in a circle comes last."""
    by_code = {item.code: item for item in items}
    done: dict[str, TypeDefinition] = {}

    def add(item: TypeDefinition, above: frozenset[str]) -> None:
        parent = by_code.get(item.parent or "")
        if parent is not None and parent.code not in done and parent.code not in above:
            add(parent, above | {item.code})
        done.setdefault(item.code, item)

    for item in items:
        add(item, frozenset({item.code}))
    return list(done.values())


def labels_of(parsed: CasesFile) -> dict[str, str]:
    """Every label of a file and the kind it means; both ways of writing them."""
    return {label: item.code for item in parsed.case_types for label in item.labels} | dict(parsed.labels)


def _apply_labels(pack: str, parsed: CasesFile) -> int:
    wanted = labels_of(parsed)
    types = dict(CaseType.objects.filter(code__in=wanted.values()).values_list("code", "pk"))
    there = {row.label: row for row in CaseLabel.objects.filter(label__in=wanted)}
    changed, _ = CaseLabel.objects.filter(pack=pack).exclude(label__in=wanted).delete()
    for label, code in wanted.items():
        row = there.get(label)
        if row is None:
            CaseLabel.objects.create(label=label, case_type_id=types[code], pack=pack)
        elif (row.case_type_id, row.pack) != (types[code], pack):
            row.case_type_id, row.pack = types[code], pack
            row.save(update_fields=["case_type", "pack"])
        else:
            continue
        changed += 1
    return changed


# the responsibility list


def _apply_responsibilities(pack: str, lines: Sequence[ResponsibilityLine]) -> tuple[int, list[str]]:
    organisations = dict(
        Organisation.objects.filter(code__in={line.organisation for line in lines}).values_list("code", "pk")
    )
    regions = dict(Region.objects.filter(code__in={line.region for line in lines}).values_list("code", "pk"))
    types = dict(CaseType.objects.filter(code__in={line.case_type for line in lines}).values_list("code", "pk"))
    there = {
        (row.case_type_id, row.region_code, row.organisation_code): row
        for row in Responsibility.objects.filter(pack=pack).order_by("pk")
    }
    changed, kept, warnings = 0, set(), []
    for line in lines:
        region = "" if line.region == EVERYWHERE else line.region
        key = (types[line.case_type], region, line.organisation)
        kept.add(key)
        values = {
            "organisation_id": organisations.get(line.organisation),
            "region_id": regions.get(region) if region else None,
            "priority": line.priority,
            "note": line.note,
        }
        warnings += _unusable(line, values)
        changed += _put_line(pack, key, values, there.get(key))
    now = clock.now()
    for key, row in there.items():
        if key not in kept and row.valid_to is None and not row.is_edited:
            row.valid_to = now
            row.save(update_fields=["valid_to"])
            changed += 1
    return changed, warnings


def _unusable(line: ResponsibilityLine, values: dict[str, Any]) -> list[str]:
    about = f"responsibility of {line.organisation} for {line.case_type} in {line.region}"
    found = []
    if values["organisation_id"] is None:
        found.append(f"{about}: this city has no organisation {line.organisation} (yet)")
    if line.region != EVERYWHERE and values["region_id"] is None:
        found.append(f"{about}: this city has no region {line.region} (yet)")
    return found


def _put_line(pack: str, key: tuple[int, str, str], values: dict[str, Any], row: Responsibility | None) -> int:
    """One line as the pack has it. A line that somebody edited here keeps what he wrote and only learns its keys."""
    if row is None:
        case_type, region_code, organisation_code = key
        Responsibility.objects.create(
            case_type_id=case_type, region_code=region_code, organisation_code=organisation_code, pack=pack, **values
        )
        return 1
    if row.is_edited:
        values = {name: values[name] for name in ("organisation_id", "region_id")}
    elif row.valid_to is not None:
        values["valid_to"] = None
    different = [name for name, value in values.items() if getattr(row, name) != value]
    for name in different:
        setattr(row, name, values[name])
    if different:
        row.save(update_fields=different)
    return bool(different)
