"""A new snapshot of rules and things: which slots go on, which begin, which end.

A slot is known by its rule's key and its stream. It goes on with its window when both are still there; when the rule's
numbers have changed it goes on with its state only, because the past is not judged again by a rule that was not there.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.sensing.ingest.catalogue import Catalogue
from citybrain.hubs.sensing.ingest.columns import NEVER, Flags, Ints
from citybrain.hubs.sensing.ingest.rulebook import Named, RuleBook, Transition
from citybrain.hubs.sensing.ingest.snapshot import Rule
from citybrain.hubs.sensing.ingest.windows import Windows


@dataclass
class Adopted:
    book: RuleBook
    transitions: list[Transition]
    changed: bool  # slots ended or rules changed: the checkpoint must not be older than this


def adopt(book: RuleBook, rules: list[Rule], catalogue: Catalogue, high: Ints, *, now: int) -> Adopted:
    """The rule book under a new snapshot, and the endings of what is no longer watched."""
    rules = _unique(rules)
    wanted = _pairs(rules, catalogue)
    source = _match(book, rules, wanted)
    ended = np.setdiff1d(np.arange(len(book.windows)), source[source >= 0])
    replaced = {key for key, rule in _by_key(book.rules).items() if _changed(rule, _by_key(rules).get(key))}
    altered = np.array([rule.key in replaced for rule in book.rules], np.bool_)[book.windows.rule]
    transitions = book.close(ended, now)
    goes_on = np.setdiff1d(np.flatnonzero(altered), ended)
    transitions += book.close(goes_on[book.windows.silent[goes_on]], now)
    book.windows.silent[goes_on] = False
    book.windows.cut(goes_on)
    new = _carried(book, rules, wanted, source, catalogue, high)
    return Adopted(new, transitions, bool(len(ended) or len(goes_on)))


def extend(book: RuleBook, rules: list[Rule], catalogue: Catalogue, high: Ints) -> RuleBook:
    """Add slots for rules and streams the book does not know, and leave what it knows as it is (before a replay)."""
    known = _by_key(book.rules)
    merged = book.rules + [rule for rule in _unique(rules) if rule.key not in known]
    new = _pairs([known.get(rule.key, rule) for rule in merged], catalogue)
    old = _key(book.windows.rule, book.windows.stream)
    wanted = np.union1d(new, old)
    return _carried(book, merged, wanted, _match(book, merged, wanted), catalogue, high)


def _unique(rules: list[Rule]) -> list[Rule]:
    return list(_by_key(rules).values())


def _by_key(rules: list[Rule]) -> dict[str, Rule]:
    return {rule.key: rule for rule in rules}


def _changed(old: Rule, new: Rule | None) -> bool:
    """Whether the same rule now has other numbers (where it applies is a matter of slots)."""
    if new is None or old.kind != new.kind:
        return False
    where = {"id": 0, "model": "", "property": "", "things": None}
    return msgspec.structs.replace(old, **where) != msgspec.structs.replace(new, **where)


def _key(rule: NDArray[np.int32] | int, stream: NDArray[np.int32]) -> Ints:
    found: Ints = np.left_shift(np.int64(1) * rule, 32) | stream
    return found


def _pairs(rules: list[Rule], catalogue: Catalogue) -> Ints:
    """All (rule, stream) that the rules mean, as sorted keys."""
    found = [_key(i, catalogue.streams_with(rule.model, rule.property, rule.things)) for i, rule in enumerate(rules)]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *found]))


def _match(book: RuleBook, rules: list[Rule], wanted: Ints) -> Ints:
    """For each wanted pair the old slot it goes on from, or -1."""
    old_row = {(rule.key, rule.kind): row for row, rule in enumerate(book.rules)}
    was = np.array([old_row.get((rule.key, rule.kind), -1) for rule in rules], np.int64)
    before = was[wanted >> 32] if len(rules) else np.zeros(0, np.int64)
    old = _key(book.windows.rule, book.windows.stream)
    order = np.argsort(old)
    keys = np.where(before >= 0, before << 32, 0) | (wanted & 0xFFFFFFFF)
    place = np.searchsorted(old[order], keys)
    place = np.minimum(place, len(old) - 1) if len(old) else np.zeros(len(keys), np.int64)
    if not len(old):
        return np.full(len(wanted), -1, np.int64)
    slots = order[place]
    return np.where((before >= 0) & (old[slots] == keys), slots, -1)


def _carried(
    book: RuleBook, rules: list[Rule], wanted: Ints, source: Ints, catalogue: Catalogue, high: Ints
) -> RuleBook:
    streams = (wanted & 0xFFFFFFFF).astype(np.int32)
    complete: Flags = high[streams] == NEVER
    windows = Windows.blank((wanted >> 32).astype(np.int32), streams, complete)
    here = np.flatnonzero(source >= 0)
    there = source[here]
    for name in ("ring", "written", "complete", "silent"):
        getattr(windows, name)[here] = getattr(book.windows, name)[there]
    names = {stream: book.names.get(stream) or _names(catalogue, stream) for stream in np.unique(streams).tolist()}
    new = RuleBook(rules, windows, names)
    new.unevaluated = book.unevaluated
    return new


def _names(catalogue: Catalogue, stream: int) -> Named:
    found = catalogue.named(stream)
    return Named(found.thing_id, found.thing, found.property)
