"""`indicators.yaml` in packs: its SQL is tried on a blank lake, and each wording becomes a version."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from django.conf import settings
from django.db import transaction

from citybrain.applications.operations.indicators.evaluating import count_rows
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition, IndicatorsFile
from citybrain.applications.operations.indicators.models import Indicator, IndicatorVersion
from citybrain.applications.operations.indicators.rolling import NEEDS, rolled_up
from citybrain.base import audit, clock, packs
from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput
from citybrain.hubs.data.facts.lake import Lake, blank_lake
from citybrain.hubs.data.facts.refusing import Complaint, complaint_of
from citybrain.hubs.data.facts.registry import facts

TRIED_AT = datetime(2026, 3, 2, tzinfo=UTC)
TYPES = {"period": ("timestamp",), "subject": ("string",), "region_path": ("string",), "organisation_path": ("string",)}
MOST_TRIED = 1_000


@dataclass(frozen=True)
class Refusal:
    code: str
    data: dict[str, Any] = field(default_factory=dict)
    complaint: Complaint | None = None
    """Where in the SELECT it is, or in one of the macros and views that it names."""


_tried: dict[str, Refusal | None] = {}
NUMERIC = ("double", "int", "float", "decimal", "bool")


def check_indicators(pack: packs.Contents, parsed: IndicatorsFile, findings: packs.Findings) -> None:
    """Every SELECT runs and gives the columns that its way of adding up needs; case types exist."""
    prefix = pack.key.replace("-", "_") + "_"
    for place in [("macros", name) for name in parsed.macros] + [("views", name) for name in parsed.views]:
        if not place[1].startswith(prefix):
            findings.add(place, "indicators.shared_name", prefix=prefix)
    for place in parsed.unused():
        findings.add(place, "indicators.unused")
    refusals = _try(list(parsed.indicators.values()))
    for (key, definition), refusal in zip(parsed.indicators.items(), refusals, strict=True):
        place = ("indicators", key)
        if definition.case_type:
            findings.check_name((*place, "case_type"), "case_type", definition.case_type)
        if refusal is not None:
            _tell(findings, parsed, (*place, "sql"), refusal)


def _tell(findings: packs.Findings, parsed: IndicatorsFile, place: tuple[str, ...], refusal: Refusal) -> None:
    """Say it at the line of the SELECT that is meant, or of the shared SQL that holds this line."""
    line = 0
    if refusal.complaint is not None:
        shared = [(kind, name) for kind in ("views", "macros") for name in getattr(parsed, kind)]
        told = refusal.complaint
        lines = ((one, findings.line_in_text(one, told.line, told.rest)) for one in [place, *shared])
        place, line = next(((one, found) for one, found in lines if found), (place, 0))
    findings.add(place, refusal.code, at_line=line, **refusal.data)


def _try(definitions: list[IndicatorDefinition]) -> list[Refusal | None]:
    """What is wrong with each SELECT. That hangs on its wording alone, so each wording is tried once in a process."""
    if len(_tried) > MOST_TRIED:
        _tried.clear()
    wordings = [one.model_dump_json() for one in definitions]
    new = {wording: one for wording, one in zip(wordings, definitions, strict=True) if wording not in _tried}
    if new:
        with blank_lake(Path(settings.DATA_DIR)) as lake:
            for wording, one in new.items():
                _tried[wording] = _wrong_with(lake, one)
    return [_tried[wording] for wording in wordings]


def _wrong_with(lake: Lake, definition: IndicatorDefinition) -> Refusal | None:
    texts = [definition.select, *(f"SELECT {body}" for body in definition.macros.values())]
    if any(_statements(text) > 1 for text in texts):
        return Refusal("indicators.one_select")
    try:
        count_rows(lake, definition, [datetime(2026, 3, 2)], now=TRIED_AT, zone=ZoneInfo("UTC"))  # noqa: DTZ001
        columns = {field.name: str(field.type) for field in lake.query("SELECT * FROM counted").schema}
        wrong = _missing(definition, columns)
        if wrong:
            return Refusal("indicators.columns", {"columns": ", ".join(wrong)})
        lake.query(rolled_up(definition, root="0"))
    except (duckdb.Error, BadInput) as error:
        told = error.data["complaint"] if isinstance(error, BadInput) else complaint_of(error, facts().names())
        return Refusal("indicators.sql", {"why": told.why}, told)
    return None


def _statements(sql: str) -> int:
    """How many there are; 0 where it cannot be read, of which running it tells more."""
    try:
        return len(duckdb.extract_statements(sql))
    except duckdb.Error:
        return 0


def _missing(definition: IndicatorDefinition, columns: dict[str, str]) -> list[str]:
    """Columns that are not there, or not of the type they must have."""
    wanted = ["period", "subject", "region_path", *(["organisation_path"] if definition.by_organisation else [])]
    wrong = [name for name in wanted if not columns.get(name, "").startswith(TYPES[name])]
    zoned = "tz=" in columns.get("period", "")
    numbers = [name for name in NEEDS[definition.aggregate] if not columns.get(name, "").startswith(NUMERIC)]
    return [*wrong, *(["period (use period_of)"] if zoned else []), *numbers]


@transaction.atomic
def apply_indicators(pack: packs.Contents, parsed: IndicatorsFile, *, actor: Actor) -> None:
    """Write the indicators; those that the pack no longer declares are retired, their values stay."""
    for key, definition in sorted(parsed.indicators.items()):
        _declare(pack.key, key, definition, actor)
    gone = Indicator.objects.filter(pack=pack.key, retired_at=None).exclude(key__in=parsed.indicators)
    for row in gone.order_by("key"):
        row.retired_at = clock.now()
        row.save(update_fields=["retired_at"])
        audit.record(actor, "indicator.retired", row)


def _declare(pack: str, key: str, definition: IndicatorDefinition, actor: Actor) -> None:
    content: dict[str, Any] = definition.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    row = Indicator.objects.select_for_update(of=("self",)).select_related("version").filter(key=key).first()
    current = row.version if row else None
    if row and current and current.hash == digest and row.retired_at is None and row.pack == pack:
        return
    if current is None or current.hash != digest:
        number = IndicatorVersion.objects.filter(key=key).count() + 1
        current = IndicatorVersion.objects.create(
            key=key, number=number, definition=content, hash=digest, declared_at=clock.now()
        )
    columns = {"pack": pack, "version": current, "theme": definition.theme, "is_enabled": definition.enabled}
    row, _ = Indicator.objects.update_or_create(key=key, defaults={**columns, "retired_at": None})
    audit.record(actor, "indicator.declared", row, version=current.number)
