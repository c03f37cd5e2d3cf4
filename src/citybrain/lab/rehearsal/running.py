"""A whole rehearsal: read the record, play it twice, compare. The living city is only read."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction

from citybrain.base.errors import BadInput
from citybrain.base.querying.moment import one_moment
from citybrain.hubs.business.cases.models import Case
from citybrain.lab.rehearsal.changing import check_changes
from citybrain.lab.rehearsal.comparing import differences, digest_of, digest_of_run, reproduction_of, summary_of
from citybrain.lab.rehearsal.outcomes import read_outcomes
from citybrain.lab.rehearsal.playing import Player
from citybrain.lab.rehearsal.recording import chunks, read_history
from citybrain.lab.rehearsal.reference import read_reference, write_reference
from citybrain.lab.rehearsal.scratch import (
    PARTS,
    Heard,
    play_both,
    read_order,
    read_rows,
    scratch_folder,
    write_order,
    write_played,
)
from citybrain.lab.rehearsal.types import Changes, History, Outcome, Part, Played

Say = Callable[[float, str], None]


@dataclass(frozen=True)
class Order:
    """What is asked for: a period of city time, and what shall be different in it."""

    start: datetime
    end: datetime
    changes: Changes


def rehearse(order: Order, say: Say) -> dict[str, Any]:
    """Carry an order out; answers the whole result. Raises BadInput for a period without cases or a wrong change."""
    if order.start >= order.end:
        raise BadInput("rehearsal.period")
    check_changes(order.changes)
    began = time.monotonic()
    with one_moment():
        history = read_history(order.start, order.end)
        recorded = _recorded(history)
        reference = read_reference()
    if not history.cases and not history.signals["id"]:
        raise BadInput("rehearsal.no_history")
    read_seconds = time.monotonic() - began
    say(0.0, "")
    with scratch_folder() as folder:
        write_order(folder, history, reference, order.changes)
        played = play_both(folder, _teller(say))
    return _result(order, history, recorded, played, read_seconds, time.monotonic() - began)


def _teller(say: Say) -> Heard:
    """How far the slower of both runs is."""

    def heard(far: dict[Part, tuple[int, int]]) -> None:
        if len(far) == len(PARTS):
            done, of = min(far.values(), key=lambda one: one[0] / max(one[1], 1))
            say(done / max(of, 1), f"{done} / {of}")

    return heard


def _recorded(history: History) -> list[Outcome]:
    """What became of the cases in the living city, called by the keys of the history."""
    keys = {case.number: case.key for case in history.cases}
    rows: dict[int, str] = {}
    for some in chunks(keys):
        rows |= {pk: keys[n] for pk, n in Case.objects.filter(number__in=some).values_list("pk", "number")}
    return read_outcomes(rows, history.until)


def _result(
    order: Order, history: History, recorded: list[Outcome], played: dict[Part, Played], read: float, total: float
) -> dict[str, Any]:
    before, after = played["before"], played["after"]
    numbers = {case.key: case.number for case in history.cases}
    found = differences(before, after, numbers)
    seconds = max(before.seconds, after.seconds)
    return {
        "period": {"from": order.start, "to": order.end, "until": history.until},
        "changes": order.changes,
        "summary": summary_of(before, after, found),
        "reproduction": reproduction_of(recorded, before),
        "assumptions": {
            "counts": dict(sorted(Counter(one.rule for one in after.assumptions).items())),
            "counts_before": dict(sorted(Counter(one.rule for one in before.assumptions).items())),
            "list": after.assumptions,
        },
        "digests": {
            "before": digest_of_run(before), "after": digest_of_run(after), "differences": digest_of(found),
        },
        "speed": {
            "cases": len(history.cases), "steps": [before.steps, after.steps], "read_seconds": round(read, 3),
            "play_seconds": [before.seconds, after.seconds], "seconds": round(total, 3),
            "cpu_seconds": [before.cpu_seconds, after.cpu_seconds],
            "cases_per_second": round(2 * len(history.cases) / seconds, 1) if seconds else None,
        },
        "differences": found,
    }  # fmt: skip


# in the process of a scratch city


def prepare_scratch(folder: Path) -> None:
    """Make the tables, and fill in the reference data."""
    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        write_reference(read_rows(folder))


def play_scratch(folder: Path, part: Part) -> None:
    """Play the history in this process's city; with the change only in `after`."""
    history, changes = read_order(folder)
    tell = lambda done, of: print(f"{done}/{of}", flush=True)  # noqa: E731, T201  # read by whoever started this
    write_played(folder, part, Player(history, changes if part == "after" else None, tell).play())
