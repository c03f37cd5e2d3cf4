"""What the source says itself: its own due dates, its types, its labels; and how our answers compare."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from citybrain.lab.replay.reports.figures import hours_between, most, share_of, spread_of
from citybrain.lab.replay.reports.gathering import SignalSeen
from citybrain.lab.replay.signals import Fact


def describe_own_times(facts: Mapping[str, Fact]) -> dict[str, Any]:
    """Time to close and on-time rate by the source's own closing and due times, of the tickets that it closed."""
    closed = [fact for fact in facts.values() if fact.closed_at]
    due = [fact for fact in closed if fact.due_at]
    on_time = sum(fact.closed_at <= fact.due_at for fact in due if fact.closed_at and fact.due_at)
    return {
        "closed": len(closed),
        "open": len(facts) - len(closed),
        "hours_to_close": spread_of(
            hours_between(fact.occurred_at, fact.closed_at) for fact in closed if fact.closed_at
        ),
        "with_due_time": len(due),
        "on_time": share_of(on_time, len(due)),
    }


def describe_points(facts: Mapping[str, Fact]) -> dict[str, int]:
    """Where the reports say they are: exact points, rounded ones, placeholders, nothing."""
    exact = sum(fact.point is not None and fact.point.precision_m <= 100 for fact in facts.values())
    rounded = sum(fact.point is not None and fact.point.precision_m > 100 for fact in facts.values())
    placeholder = sum(fact.placeholder for fact in facts.values())
    return {
        "exact": exact,
        "rounded": rounded,
        "placeholder": placeholder,
        "blank": len(facts) - exact - rounded - placeholder,
    }


def describe_types(facts: Mapping[str, Fact], signals: Sequence[SignalSeen]) -> dict[str, Any]:
    """How many of the source's types found one of ours, by kinds of type and by reports."""
    ours = {one.source_id: one for one in signals}
    words: dict[str, Counter[str]] = {}
    for key, fact in facts.items():
        seen = ours.get(key)
        words.setdefault(fact.word, Counter())[seen.case_type if seen and seen.classified_by != "model" else ""] += 1
    mapped = {word: counted for word, counted in words.items() if any(counted) and not counted[""]}
    unmapped = Counter({word: counted[""] for word, counted in words.items() if counted[""]})
    return {
        "source_types": len([word for word in words if word]),
        "mapped_types": len(mapped),
        "mapped_reports": share_of(len(facts) - unmapped.total(), len(facts)),
        "unmapped": most(unmapped),
        "used_of_ours": len({name for counted in words.values() for name in counted if name}),
    }


def describe_classification(
    facts: Mapping[str, Fact], signals: Sequence[SignalSeen], unseen: Path | None
) -> dict[str, Any]:
    """The classifier's labels against the true ones: over all, and over those that it has not learnt from."""
    rows = _row_numbers(unseen)
    result = {"all": _accuracy(facts, signals, None)}
    if rows is not None:
        result["unseen"] = _accuracy(facts, signals, rows)
    return result


def _row_numbers(path: Path | None) -> set[int] | None:
    if path is None or not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return {int(row["row"]) for row in csv.DictReader(file)}


def _accuracy(facts: Mapping[str, Fact], signals: Sequence[SignalSeen], rows: set[int] | None) -> dict[str, Any]:
    """Of the messages that the model read: right, wrong; of those it was sure of (so they were dispatched)."""
    read = [
        (facts[one.source_id].label, one.label, one.state)
        for one in signals
        if one.source_id in facts and one.label and (rows is None or facts[one.source_id].row in rows)
    ]
    sure = [(truth, said) for truth, said, state in read if state in ("opened", "merged", "ended")]
    labels = sorted({truth for truth, _, _ in read})
    return {
        "read": len(read),
        "accuracy": share_of(sum(truth == said for truth, said, _ in read), len(read)),
        "macro_f1": _macro_f1([(truth, said) for truth, said, _ in read], labels),
        "sure": len(sure),
        "accuracy_of_sure": share_of(sum(truth == said for truth, said in sure), len(sure)),
    }


def _macro_f1(pairs: Sequence[tuple[str, str]], labels: Sequence[str]) -> float | None:
    if not pairs:
        return None
    scores = []
    for label in labels:
        right = sum(truth == said == label for truth, said in pairs)
        said_so = sum(said == label for _, said in pairs)
        is_so = sum(truth == label for truth, _ in pairs)
        scores.append(2 * right / (said_so + is_so) if said_so + is_so else 0.0)
    return round(sum(scores) / len(scores), 4)
