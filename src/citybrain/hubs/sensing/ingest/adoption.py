"""A new snapshot of rules and things: which slots go on, which begin, which end.

A slot is known by its rule's key and its stream. It goes on when both are still there. When the rule's numbers have
changed, and for a new rule, the past is not judged again: readings up to the newest one are below the slot's floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import NEVER, Ints
from citybrain.hubs.sensing.ingest.machine import INITIAL
from citybrain.hubs.sensing.ingest.rulebook import Named, RuleBook, Transition
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.windows import Slots, Windows

WINDOW_COLUMNS = ("moments", "values", "sequences", "written", "last", "complete", "past", "heard", "heard_sequence")
SLOT_COLUMNS = ("phase", "start", "since", "fired", "silent", "floor")


@dataclass
class Adopted:
    book: RuleBook
    transitions: list[Transition]
    changed: bool  # slots ended, rules came or changed: a replay from an older checkpoint would judge by other rules


def adopt(book: RuleBook, rules: list[Rule], catalogue: Catalogue, high: Ints, *, now: int) -> Adopted:
    """The rule book under a new snapshot, and the endings of what is no longer watched."""
    known, rules = _by_key(book.rules), list(_by_key(rules).values())
    wanted = _pairs(rules, catalogue)
    source = _match(book, rules, wanted)
    ended = np.setdiff1d(np.arange(len(book.slots)), source)
    altered = [_changed(rule, known.get(rule.key)) for rule in rules]
    going_on = source[(source >= 0) & np.array(altered, np.bool_)[wanted >> 32]] if len(wanted) else source
    transitions = book.close(ended, now)
    transitions += book.close(going_on[book.slots.silent[going_on]], now)
    book.slots.silent[going_on] = False
    _forget_past(book, going_on)
    changed = len(ended) > 0 or any(altered) or any(rule.key not in known for rule in rules)
    return Adopted(_carried(book, rules, wanted, source, catalogue, high), transitions, changed)


def extend(book: RuleBook, rules: list[Rule], catalogue: Catalogue, high: Ints) -> RuleBook:
    """Add slots for rules and streams the book does not know, and leave what it knows as it is (before a replay)."""
    known = _by_key(book.rules)
    merged = book.rules + [rule for rule in _by_key(rules).values() if rule.key not in known]
    wanted = np.union1d(_pairs(merged, catalogue), _slot_keys(book))
    return _carried(book, merged, wanted, _match(book, merged, wanted), catalogue, high)


def _by_key(rules: list[Rule]) -> dict[str, Rule]:
    return {rule.key: rule for rule in rules}


def _changed(new: Rule, old: Rule | None) -> bool:
    """Whether the same rule now has other numbers (where it applies is a matter of slots)."""
    if old is None or old.kind != new.kind:
        return False
    where = {"id": 0, "model": "", "property": "", "things": None}
    return msgspec.structs.replace(old, **where) != msgspec.structs.replace(new, **where)


def _forget_past(book: RuleBook, which: Ints) -> None:
    slots = book.slots
    slots.floor[which] = book.windows.last[slots.window[which]]
    for slot in set(which.tolist()) & set(slots.changes):
        state = slots.state(slot)
        slots.changes[slot] = [(int(slots.floor[slot]), state)]
        if state == INITIAL:
            del slots.changes[slot]


def _keys(rule: NDArray[np.int32] | int, stream: NDArray[np.int32]) -> Ints:
    found: Ints = np.left_shift(np.int64(1) * rule, 32) | stream
    return found


def _slot_keys(book: RuleBook) -> Ints:
    return _keys(book.slots.rule, book.windows.stream[book.slots.window])


def _pairs(rules: list[Rule], catalogue: Catalogue) -> Ints:
    """All (rule, stream) that the rules mean, as sorted keys."""
    found = [_keys(i, catalogue.streams_with(rule.model, rule.property, rule.things)) for i, rule in enumerate(rules)]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))


def _match(book: RuleBook, rules: list[Rule], wanted: Ints) -> Ints:
    """For each wanted pair the old slot it goes on from, or -1."""
    if not len(book.slots) or not len(wanted):
        return np.full(len(wanted), -1, np.int64)
    rows = {(rule.key, rule.kind): row for row, rule in enumerate(book.rules)}
    was = np.array([rows.get((rule.key, rule.kind), -1) for rule in rules], np.int64)[wanted >> 32]
    old = _slot_keys(book)
    order = np.argsort(old)
    keys = np.where(was >= 0, was << 32, 0) | (wanted & 0xFFFFFFFF)
    slots = order[np.minimum(np.searchsorted(old[order], keys), len(old) - 1)]
    return np.where((was >= 0) & (old[slots] == keys), slots, -1)


def _carried(
    book: RuleBook, rules: list[Rule], wanted: Ints, source: Ints, catalogue: Catalogue, high: Ints
) -> RuleBook:
    """A book of the wanted slots, with what the old one knows of them and of their streams."""
    streams = np.unique((wanted & 0xFFFFFFFF).astype(np.int32))
    windows = Windows.blank(streams, high[streams] == NEVER)
    _, here, there = np.intersect1d(streams, book.windows.stream, assume_unique=True, return_indices=True)
    for name in WINDOW_COLUMNS:
        getattr(windows, name)[here] = getattr(book.windows, name)[there]
    window = np.searchsorted(streams, wanted & 0xFFFFFFFF)
    slots = Slots.blank((wanted >> 32).astype(np.int32), window)
    slots.floor[:] = windows.last[window]
    kept = np.flatnonzero(source >= 0)
    for name in SLOT_COLUMNS:
        getattr(slots, name)[kept] = getattr(book.slots, name)[source[kept]]
    moved = dict(zip(source[kept].tolist(), kept.tolist(), strict=True)) if book.slots.changes else {}
    slots.changes = {moved[slot]: points for slot, points in book.slots.changes.items() if slot in moved}
    names = {stream: book.names.get(stream) or _names(catalogue, stream) for stream in streams.tolist()}
    new = RuleBook(rules, windows, slots, names)
    new.unevaluated = book.unevaluated
    return new


def _names(catalogue: Catalogue, stream: int) -> Named:
    found = catalogue.named(stream)
    return Named(found.thing_id, found.thing, found.property)
