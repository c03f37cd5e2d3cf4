"""Crossing a threshold: told once, and a signal like any other where the indicator asks for a case."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
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
from citybrain.hubs.business.signals.actions import receive_signals

log = logging.getLogger(__name__)
SOURCE = "indicator"
BATCH, ROWS = 10, 1_000  # in one transaction: others wait to write meanwhile


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
    return sum(_tell_together(judged, crossed[begin : begin + BATCH]) for begin in range(0, len(crossed), BATCH))


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


def _tell_together(judged: Mapping[str, IndicatorDefinition], rows: Sequence[dict[str, Any]]) -> int:
    """Many in one transaction, because each costs a sync; where one fails, each goes alone up to that one."""
    try:
        with transaction.atomic():
            return sum(_tell(judged[row["indicator"]], row) for row in rows)
    except Exception as error:
        log.warning("%s crossings are told one by one: %s", len(rows), describe(error))
    return sum(_tell(judged[row["indicator"]], row) for row in rows)


@transaction.atomic
def _tell(definition: IndicatorDefinition, row: dict[str, Any]) -> bool:
    level = level_of(definition, row["value"])
    if level is None:
        return False
    key = {"indicator": row["indicator"], "dimension": row["dimension"], "code": row["code"]}
    stands = Standing.objects.select_for_update().filter(**key).first()
    before = Level(stands.level) if stands else Level.NORMAL
    if stands and level == before:
        return False
    Standing.objects.update_or_create(
        **key, defaults={"level": level, "start": row["start"], "changed_at": clock.now()}
    )
    if level == before:
        return False
    message = IndicatorCrossed(
        **key, start=row["start"], value=row["value"], level=level, before=before, path=row["path"]
    )
    is_region = row["dimension"] == "region"
    bus.publish(
        message, subject=f"indicator/{row['indicator']}", region_path=row["path"] if is_region else "",
        organisation_paths=() if is_region else (row["path"],),
    )  # fmt: skip
    if WORSE[level] > WORSE[before] and definition.case_type and is_region:
        _report(definition, row, level)
    return True


def _report(definition: IndicatorDefinition, row: dict[str, Any], level: Level) -> None:
    """A report by the platform about a region, triaged, merged and dispatched like any other."""
    start: datetime = row["start"]
    said = f"{definition.title.zh}:{spelled(definition, row['value'])}"
    report = {
        "kind": "source", "source": SOURCE, "source_id": f"{row['indicator']}/{row['code']}/{start:%Y%m%dT%H%MZ}",
        "subject": said, "text": f"{said}({definition.about.zh})", "occurred_at": clock.now().isoformat(),
        "case_type": definition.case_type, "region": row["code"], "severity": 2 if level == Level.ALARM else 3,
    }  # fmt: skip
    receipt = receive_signals([report], actor=system_viewer("indicators"))
    if receipt.rejected:
        raise ValueError(f"the crossing of {row['indicator']} was refused: {receipt.rejected[0]}")
