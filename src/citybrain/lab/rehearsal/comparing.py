"""Case by case: what a run says otherwise than the record, or than another run; and how often."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from citybrain.lab.rehearsal.types import KINDS, Assumption, Clock, Kind, Outcome, Played

Facts = Callable[[Outcome], Any]
FACTS: dict[Kind, Facts] = {
    "merged": lambda one: one.signals,
    "organisation": lambda one: [holder.organisation for holder in one.holders],
    "due": lambda one: one.due_at,
    "warnings": lambda one: [(warned.key, warned.level) for warned in one.warnings],
    "late": lambda one: one.is_late,
    "ended": lambda one: (one.state, one.outcome),
    "severity": lambda one: one.severity,
}
"""What a difference between the rules is judged by."""
EXACT: dict[Kind, Facts] = FACTS | {
    "organisation": lambda one: [(holder.organisation, holder.since) for holder in one.holders],
    "warnings": lambda one: [(warned.key, warned.level, warned.at) for warned in one.warnings],
    "ended": lambda one: (one.state, one.outcome, one.closed_at),
}
"""What a run with the rules as they were must reproduce, to the microsecond."""


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces) of what came out."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()


def digest_of_run(played: Played) -> str:
    """The same for two runs of the same history with the same rules; how long it took is no part of it."""
    return digest_of([played.outcomes, {str(k): v for k, v in played.places.items()}, played.assumptions])


def differing(one: Outcome, other: Outcome, facts: Mapping[Kind, Facts] = FACTS) -> list[Kind]:
    return [kind for kind in KINDS if facts[kind](one) != facts[kind](other)]


def whole_clock(one: Outcome) -> Clock | None:
    """The time limit of the whole case, the last one where it was reopened."""
    return next((clock for clock in reversed(one.clocks) if clock.extent == "case"), None)


def shown(one: Outcome | None) -> dict[str, Any] | None:
    """What a difference shows of one side."""
    if one is None:
        return None
    whole = whole_clock(one)
    return {
        "organisation": one.holders[-1].organisation if one.holders else "",
        "holders": [holder.organisation for holder in one.holders],
        "line": one.holders[0].line if one.holders else None,
        "signals": one.signals,
        "due_at": whole.due_at if whole else None,
        "warnings": [{"key": warned.key, "level": warned.level, "at": warned.at} for warned in one.warnings],
        "is_late": one.is_late,
        "state": one.state,
        "outcome": one.outcome,
        "closed_at": one.closed_at,
        "severity": one.severity,
    }


def differences(before: Played, after: Played, numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every case that differs, now and then; one that is only in one run was merged into another, or is new."""
    then = {one.key: one for one in after.outcomes}
    now = {one.key: one for one in before.outcomes}
    found = []
    for key in [*now, *(key for key in then if key not in now)]:
        one, other = now.get(key), then.get(key)
        kinds = differing(one, other) if one and other else ["merged"]
        if not kinds:
            continue
        some = one or other
        assert some is not None
        found.append(
            {
                "key": key, "number": numbers.get(key, ""), "case_type": some.case_type,
                "region_path": some.region_path, "opened_at": some.opened_at, "kinds": kinds,
                "now": shown(one), "then": shown(other),
                "now_in": _place(key, one, before, numbers), "then_in": _place(key, other, after, numbers),
            }
        )  # fmt: skip
    return found


def _place(key: str, own: Outcome | None, played: Played, numbers: Mapping[str, str]) -> str:
    """The case into which the report went that is a case of its own in the other run."""
    if own is not None:
        return ""
    place = played.places.get(int(key.removeprefix("signal/").partition("#")[0]), "")
    return numbers.get(place, place)


def summary_of(before: Played, after: Played, found: list[dict[str, Any]]) -> dict[str, Any]:
    """How many cases differ, by kind of difference and by organisation."""
    return {
        "cases_before": len(before.outcomes),
        "cases_after": len(after.outcomes),
        "differ": len(found),
        "by_kind": {kind: sum(kind in one["kinds"] for one in found) for kind in KINDS},
        "late_before": sum(one.is_late for one in before.outcomes),
        "late_after": sum(one.is_late for one in after.outcomes),
        "warnings_before": _warned(before),
        "warnings_after": _warned(after),
        "by_organisation": _by_organisation(before, after),
    }


def _warned(played: Played) -> dict[str, int]:
    return dict(sorted(Counter(warned.key for one in played.outcomes for warned in one.warnings).items()))


def _by_organisation(before: Played, after: Played) -> list[dict[str, Any]]:
    """Cases and late ones by the first organisation that got them; those where something changes come first."""
    sides = [_counts(played) for played in (before, after)]
    rows = [
        {
            "organisation": code,
            "cases_before": sides[0][0][code], "cases_after": sides[1][0][code],
            "late_before": sides[0][1][code], "late_after": sides[1][1][code],
        }
        for code in sorted({*sides[0][0], *sides[1][0]})
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-abs(row["cases_after"] - row["cases_before"]), row["organisation"]))


def _counts(played: Played) -> tuple[Counter[str], Counter[str]]:
    first = [(one.holders[0].organisation if one.holders else "", one.is_late) for one in played.outcomes]
    return Counter(code for code, _ in first), Counter(code for code, is_late in first if is_late)


# how far the base run is the record


def reproduction_of(recorded: list[Outcome], before: Played) -> dict[str, Any]:
    """The share of recorded cases that the run with the rules as they were reproduces exactly, and why not others."""
    played = {one.key: one for one in before.outcomes}
    notes: dict[str, list[Assumption]] = {}
    for note in before.assumptions:
        notes.setdefault(note.case, []).append(note)
    deviations = []
    for one in recorded:
        other = played.get(one.key)
        kinds = differing(one, other, EXACT) if other else ["merged"]
        if kinds:
            why = _why(one, other, notes.get(one.key, []))
            deviations.append({"key": one.key, "kinds": kinds, "why": why, "now": shown(one), "then": shown(other)})
    exact = len(recorded) - len(deviations)
    return {
        "cases": len(recorded),
        "exact": exact,
        "share": round(exact / len(recorded), 6) if recorded else None,
        "by_why": dict(sorted(Counter(one["why"] for one in deviations).items())),
        "deviations": deviations,
    }


def _why(recorded: Outcome, played: Outcome | None, notes: list[Assumption]) -> str:
    """What explains a deviation: the rules changed since, or the record does not hold what is needed."""
    if played is None:
        return "merged_otherwise"
    plans, others = ([(c.plan, c.version) for c in one.clocks] for one in (recorded, played))
    if plans[: len(others)] != others[: len(plans)] and {p for p, _ in plans} == {p for p, _ in others}:
        return "time_limit_changed_since"
    if recorded.holders[:1] and played.holders[:1] and recorded.holders[0].line != played.holders[0].line:
        return "list_changed_since"
    if notes:
        return notes[0].rule
    if recorded.signals != played.signals:
        return "merged_otherwise"
    rang = set(differing(recorded, played, EXACT)) <= {"warnings", "late"}
    return "rang_otherwise" if rang else "unexplained"
