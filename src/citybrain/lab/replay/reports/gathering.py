"""What the city says came of it: alarms, signals and cases, read through the API and kept as far as is needed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from citybrain.lab.replay.client import Client
from citybrain.lab.replay.reports.figures import hours_between, moment, most, share_of, spread_of
from citybrain.lab.replay.reports.merges import Member


@dataclass(frozen=True, slots=True)
class SignalSeen:
    """A signal as the city keeps it."""

    id: int
    source_id: str
    state: str
    waiting_reason: str
    case_type: str
    classified_by: str
    probability: float | None
    label: str
    case_number: str
    merge_rule: str
    located_by: str
    occurred_at: datetime | None
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case as the city keeps it."""

    number: str
    case_type: str
    state: str
    outcome: str
    occurred_at: datetime | None
    recorded_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    organisation: str
    is_supervised: bool
    signal_count: int


@dataclass
class Found:
    """Everything of the replay that the city has."""

    signals: list[SignalSeen] = field(default_factory=list)
    cases: list[CaseSeen] = field(default_factory=list)
    alarms: list[dict[str, Any]] = field(default_factory=list)


def gather(client: Client, *, source: str) -> Found:
    """Read alarms, signals (of one source, or those of alarms) and cases."""
    found = Found()
    found.alarms = list(client.pages("/api/v1/alarms"))
    found.signals = [_signal(one) for one in client.pages("/api/v1/signals", source=source)]
    found.cases = [_case(one) for one in client.pages("/api/v1/cases")]
    return found


def _signal(one: dict[str, Any]) -> SignalSeen:
    best = (one.get("alternatives") or [{}])[0]
    return SignalSeen(
        id=one["id"],
        source_id=one["source_id"],
        state=one["state"],
        waiting_reason=one.get("waiting_reason", ""),
        case_type=one.get("case_type", ""),
        classified_by=one.get("classified_by", ""),
        probability=one.get("probability"),
        label=best.get("label", "") if isinstance(best, dict) else "",
        case_number=one.get("case_number", ""),
        merge_rule=(one.get("merge_reason") or {}).get("rule", ""),
        located_by=one.get("located_by", ""),
        occurred_at=moment(one.get("occurred_at")),
        recorded_at=moment(one.get("recorded_at")),
    )


def _case(one: dict[str, Any]) -> CaseSeen:
    return CaseSeen(
        number=one["number"],
        case_type=str(one.get("case_type", "")),
        state=one.get("state", ""),
        outcome=one.get("outcome", "") or "",
        occurred_at=moment(one.get("occurred_at")),
        recorded_at=moment(one.get("recorded_at")),
        due_at=moment(one.get("due_at")),
        closed_at=moment(one.get("closed_at")),
        organisation=one.get("organisation") or "",
        is_supervised=bool(one.get("is_supervised")),
        signal_count=one.get("signal_count", 1),
    )


def members_of(found: Found) -> dict[str, list[Member]]:
    """The reports of each case in the order they came; whoever merged has joined."""
    cases: dict[str, list[Member]] = {}
    for one in sorted(found.signals, key=lambda signal: signal.id):
        if one.case_number:
            cases.setdefault(one.case_number, []).append(Member(one.source_id, one.state == "merged"))
    return cases


def describe_alarms(alarms: list[dict[str, Any]]) -> dict[str, Any]:
    fired = [one for one in alarms if one.get("fired_at")]
    return {
        "episodes": len(alarms),
        "fired": len(fired),
        "folded": sum(bool(one.get("folded_into")) for one in fired),
        "by_state": most(Counter(one["state"] for one in alarms)),
        "fired_by_rule": most(Counter(one["rule"] for one in fired)),
        "fired_by_thing": most(Counter(one["thing"] for one in fired), 15),
    }


def describe_signals(signals: list[SignalSeen]) -> dict[str, Any]:
    return {
        "count": len(signals),
        "by_state": most(Counter(one.state for one in signals)),
        "left_to_a_person": most(Counter(one.waiting_reason for one in signals if one.waiting_reason)),
        "classified_by": most(Counter(one.classified_by or "nobody" for one in signals)),
        "located_by": most(Counter(one.located_by or "nowhere" for one in signals)),
        "merged_by_rule": most(Counter(one.merge_rule for one in signals if one.state == "merged")),
    }


def describe_cases(cases: list[CaseSeen]) -> dict[str, Any]:
    """Counts, time to close in hours, and on time by our own clocks (closed at or before due)."""
    closed = [(one, one.occurred_at, one.closed_at) for one in cases]
    hours = [hours_between(begun, ended) for _, begun, ended in closed if begun and ended]
    in_time = [ended <= one.due_at for one, _, ended in closed if ended and one.due_at]
    return {
        "count": len(cases),
        "by_state": most(Counter(one.state for one in cases)),
        "by_type": most(Counter(one.case_type for one in cases), 60),
        "by_outcome": most(Counter(one.outcome for one in cases if one.outcome)),
        "dispatched_by_the_list": sum(bool(one.organisation) for one in cases),
        "supervised": sum(one.is_supervised for one in cases),
        "reports_in_a_case": most(Counter(str(one.signal_count) for one in cases), 12),
        "hours_to_close": spread_of(hours),
        "closed_with_a_due_time": len(in_time),
        "on_time_by_our_clocks": share_of(sum(in_time), len(in_time)),
    }


def describe_clocks(client: Client) -> dict[str, Any]:
    """Every clock that ran: how it ended, how far it warned."""
    ended: dict[str, Counter[str]] = {}
    warned: Counter[str] = Counter()
    for one in (*client.pages("/api/v1/clocks", running=True), *client.pages("/api/v1/clocks", running=False)):
        outcome = one["outcome"] or ("overdue" if one["breached_at"] else "running")
        ended.setdefault(one["clock"], Counter())[outcome] += 1
        if one["warned_level"]:
            warned[f"{one['warned_level']} %"] += 1
    return {"highest_warning": most(warned), **{name: most(counted) for name, counted in sorted(ended.items())}}
