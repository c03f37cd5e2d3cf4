"""The change that is rehearsed: read from files, and made in the scratch city when the period begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from citybrain.base import clock
from citybrain.base.audit import system_actor
from citybrain.base.errors import BadInput, FieldError
from citybrain.base.packs.discovery import find_sources
from citybrain.base.packs.judge import judge, problems_of_all
from citybrain.base.packs.layers import Change
from citybrain.base.packs.queries import changes_in_force
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.hubs.business.cases.models import CaseType, CatalogueVersion, Responsibility
from citybrain.hubs.business.cases.packing import apply_cases_file
from citybrain.lab.rehearsal.types import Changes, LineChange, PackChange

CASES = "cases.yaml"
MOST_CHANGES = 2_000


def read_lines(path: Path) -> list[LineChange]:
    """Changed lines of the responsibility list from CSV (with a header) or YAML (a list); raises BadInput."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".csv":
        rows: Any = [{k: v for k, v in row.items() if k and v} for row in csv.DictReader(io.StringIO(text))]
    else:
        rows = _yaml(path, text)
        rows = rows.get("responsibilities", rows.get("lines")) if isinstance(rows, dict) else rows
    found: list[LineChange] = _converted(rows, list[LineChange], path.name)
    return found


def read_layers(path: Path) -> list[PackChange]:
    """An operator's layer from YAML: a list of `{pack, section, path, value}`; raises BadInput."""
    rows = _yaml(path, path.read_text(encoding="utf-8"))
    rows = rows.get("layers", rows) if isinstance(rows, dict) else rows
    found: list[PackChange] = _converted([rows] if isinstance(rows, dict) else rows, list[PackChange], path.name)
    return found


def _yaml(path: Path, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput("rehearsal.unreadable", file=path.name, why=str(error).splitlines()[0]) from error


def _converted(rows: Any, kind: Any, name: str) -> Any:
    try:
        return msgspec.convert(rows, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput("rehearsal.unreadable", file=name, why=str(error)) from error


def check_changes(changes: Changes) -> None:
    """Raises BadInput for a change that names what this city does not have, or that its pack could not be loaded
    with; nothing is changed.
    """
    if not (changes.lines or changes.layers):
        raise BadInput("rehearsal.nothing_changes")
    if len(changes.lines) + len(changes.layers) > MOST_CHANGES:
        raise BadInput("rehearsal.too_many_changes", most=MOST_CHANGES)
    wrong = [found for index, line in enumerate(changes.lines) for found in _wrong(index, line)]
    wrong += _wrong_layers(changes.layers)
    if wrong:
        raise BadInput("input.invalid", fields=tuple(wrong))


def _wrong(index: int, line: LineChange) -> list[FieldError]:
    if line.action != "add":
        if _lines_meant(line):
            return []
        return [FieldError(f"lines/{index}/line", "rehearsal.no_line", {"line": line.line or 0})]
    named = (("case_type", CaseType, line.case_type, "unknown_type"),
             ("organisation", Organisation, line.organisation, "unknown_organisation"),
             ("region", Region, line.region, "unknown_region"))  # fmt: skip
    return [
        FieldError(f"lines/{index}/{name}", f"case.{code}", {"code": value})
        for name, model, value, code in named
        if not (name == "region" and value == "*") and not model._default_manager.filter(code=value).exists()
    ]


def _wrong_layers(layers: Sequence[PackChange]) -> list[FieldError]:
    if not layers:
        return []
    known = {source.key for source in find_sources()}
    wrong = [
        FieldError(f"layers/{i}/pack", "rehearsal.no_pack", {"pack": one.pack})
        for i, one in enumerate(layers)
        if one.pack not in known
    ]
    wrong += [
        FieldError(f"layers/{i}/section", "rehearsal.not_casework", {"section": one.section})
        for i, one in enumerate(layers)
        if one.section != CASES
    ]
    if wrong:
        return wrong
    before = {str(one) for one in problems_of_all(judge(find_sources(), changes=changes_in_force()))}
    after = problems_of_all(judge(find_sources(), changes=_with(layers)))
    return [
        FieldError("/".join(map(str, one.place)), one.code, dict(one.data)) for one in after if str(one) not in before
    ]


def _with(layers: Sequence[PackChange]) -> dict[str, list[Change]]:
    """The changes in force, with these laid over them."""
    found = {key: list(changes) for key, changes in changes_in_force().items()}
    for one in layers:
        place = (one.section, one.path)
        others = [change for change in found.get(one.pack, []) if (change.section, change.path) != place]
        found[one.pack] = [*others, Change(one.section, one.path, one.value)]
    return found


def apply_changes(changes: Changes) -> None:
    """Make the change here and now: only ever in a scratch city."""
    if changes.layers:
        packs = judge(find_sources(), changes=_with(changes.layers))
        for key in sorted({one.pack for one in changes.layers}):
            apply_cases_file(key, packs[key].sections[CASES], actor=system_actor("rehearsal"))
    for line in changes.lines:
        _apply_line(line)
    CatalogueVersion.renew()


def _apply_line(line: LineChange) -> None:
    now = clock.now()
    if line.action == "end":
        _lines_meant(line).update(valid_to=now)
    elif line.action == "change":
        _lines_meant(line).update(priority=line.priority)
    else:
        there = Region.objects.filter(code=line.region).first() if line.region != "*" else None
        target = Organisation.objects.get(code=line.organisation)
        Responsibility.objects.create(
            case_type=CaseType.objects.get(code=line.case_type), region=there, region_code=there.code if there else "",
            organisation=target, organisation_code=target.code, priority=line.priority, note=line.note[:300],
            is_edited=True,
        )  # fmt: skip


def _lines_meant(line: LineChange) -> Any:
    """The lines in the list that a change ends or changes."""
    if line.line is not None:
        return Responsibility.objects.filter(pk=line.line)
    region = "" if line.region == "*" else line.region
    return Responsibility.objects.filter(
        case_type__code=line.case_type, region_code=region, organisation_code=line.organisation
    )
