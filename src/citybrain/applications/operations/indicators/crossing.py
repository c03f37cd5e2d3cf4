"""Crossing a threshold: told once, and a signal like any other where the indicator asks for a case.

One that cannot be told holds up no other; it is tried again by the next run. A report that is refused (its kind of case
was retired) is told to those who run the platform, once for each crossing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from citybrain.applications.operations.indicators import reading
from citybrain.applications.operations.indicators.judging import WORSE, Level, level_of, spelled
from citybrain.applications.operations.indicators.manifest import IndicatorDefinition
from citybrain.applications.operations.indicators.messages import IndicatorCrossed
from citybrain.applications.operations.indicators.models import Indicator, Standing
from citybrain.base import bus, clock
from citybrain.base.accounts.types import system_viewer
from citybrain.base.bus.describing import describe
from citybrain.base.errors import FieldError
from citybrain.base.notices import notify, to_duty
from citybrain.hubs.business.signals.actions import receive_signals
from citybrain.hubs.business.signals.types import Rejection

log = logging.getLogger(__name__)
SOURCE = "indicator"
OPERATORS = "job.read"
BATCH, ROWS = 10, 1_000  # in one transaction: others wait to write meanwhile


@dataclass(frozen=True)
class Told:
    """What came of one number: whether it crossed, and why its report was refused."""

    crossed: bool
    refused: Rejection | None = None


def tell_crossings(data: Path, keys: Sequence[str]) -> int:
    """Compare the newest whole period of each number with where it stood; returns how many crossed."""
    rows = Indicator.objects.filter(key__in=keys).select_related("version")
    judged = {row.key: reading.definition_of(row) for row in rows}
    judged = {key: definition for key, definition in judged.items() if definition.thresholds is not None}
    if not judged:
        return 0
    newest = reading.newest_whole(data, sorted(judged), now=clock.now())
    stands = {
        (one["indicator"], one["dimension"], one["code"]): one["level"]
        for one in Standing.objects.filter(indicator__in=judged).values("indicator", "dimension", "code", "level")
    }
    levels = [(row, level_of(judged[row["indicator"]], row["value"])) for row in newest]
    moved = [(row, level) for row, level in levels if level is not None and stands.get(_place(row)) != level]
    _stand_normal([row for row, level in moved if level == Level.NORMAL and _place(row) not in stands])
    crossed = [row for row, level in moved if level != Level.NORMAL or _place(row) in stands]
    told = 0
    refused: dict[str, list[Rejection]] = {}
    for begin in range(0, len(crossed), BATCH):
        for row, one in _tell_together(judged, crossed[begin : begin + BATCH]):
            told += one.crossed
            if one.refused is not None:
                refused.setdefault(row["indicator"], []).append(one.refused)
    for key, why in refused.items():
        _tell_operators(judged[key], key, why)
    return told


def _place(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["indicator"], row["dimension"], row["code"]


def _stand_normal(rows: Sequence[dict[str, Any]]) -> None:
    """Numbers that are seen for the first time and are as they should be: nothing to tell, and there may be many."""
    fresh = [
        Standing(indicator=row["indicator"], dimension=row["dimension"], code=row["code"], level=Level.NORMAL,
                 start=row["start"], changed_at=clock.now())
        for row in rows
    ]  # fmt: skip
    for begin in range(0, len(fresh), ROWS):
        Standing.objects.bulk_create(fresh[begin : begin + ROWS], ignore_conflicts=True)


def _tell_together(
    judged: Mapping[str, IndicatorDefinition], rows: Sequence[dict[str, Any]]
) -> list[tuple[dict[str, Any], Told]]:
    """Many in one transaction, because each costs a sync; where one fails, each goes alone, without that one."""
    try:
        with transaction.atomic():
            return [(row, _tell(judged[row["indicator"]], row)) for row in rows]
    except Exception as error:
        log.warning("%s crossings are told one by one: %s", len(rows), describe(error))
    told = []
    for row in rows:
        try:
            told.append((row, _tell(judged[row["indicator"]], row)))
        except Exception:
            log.exception("the crossing of %s in %s could not be told", row["indicator"], row["code"])
    return told


@transaction.atomic
def _tell(definition: IndicatorDefinition, row: dict[str, Any]) -> Told:
    level = level_of(definition, row["value"])
    if level is None:
        return Told(crossed=False)
    key = {"indicator": row["indicator"], "dimension": row["dimension"], "code": row["code"]}
    stands = Standing.objects.select_for_update().filter(**key).first()
    before = Level(stands.level) if stands else Level.NORMAL
    if stands and level == before:
        return Told(crossed=False)
    Standing.objects.update_or_create(
        **key, defaults={"level": level, "start": row["start"], "changed_at": clock.now()}
    )
    if level == before:
        return Told(crossed=False)
    message = IndicatorCrossed(
        **key, start=row["start"], value=row["value"], level=level, before=before, path=row["path"]
    )
    is_region = row["dimension"] == "region"
    bus.publish(
        message, subject=f"indicator/{row['indicator']}", region_path=row["path"] if is_region else "",
        organisation_paths=() if is_region else (row["path"],),
    )  # fmt: skip
    if WORSE[level] > WORSE[before] and definition.case_type and is_region:
        return Told(crossed=True, refused=_report(definition, row, level))
    return Told(crossed=True)


def _report(definition: IndicatorDefinition, row: dict[str, Any], level: Level) -> Rejection | None:
    """A report by the platform about a region, triaged, merged and dispatched like any other; or why it was refused."""
    start: datetime = row["start"]
    said = f"{definition.title.zh}:{spelled(definition, row['value'])}"
    report = {
        "kind": "source", "source": SOURCE, "source_id": f"{row['indicator']}/{row['code']}/{start:%Y%m%dT%H%MZ}",
        "subject": said, "text": f"{said}({definition.about.zh})", "occurred_at": clock.now().isoformat(),
        "case_type": definition.case_type, "region": row["code"], "severity": 2 if level == Level.ALARM else 3,
    }  # fmt: skip
    receipt = receive_signals([report], actor=system_viewer("indicators"))
    return receipt.rejected[0] if receipt.rejected else None


def _tell_operators(definition: IndicatorDefinition, key: str, refused: Sequence[Rejection]) -> None:
    first = FieldError(refused[0].field, refused[0].code, refused[0].data)
    why = {language: first.reason(language) for language in ("zh", "en")}
    log.warning("the crossing of %s is no report: %s", key, why["en"])
    notify(
        to_duty(OPERATORS), "indicator.report_refused", subject=f"indicator/{key}",
        kind=definition.title.model_dump(), count=len(refused), why=why,
    )  # fmt: skip
