"""Plays a history in a scratch city: what came from outside and what people did, in the order of city time.

The rules are not written again here: reports go through `signals.actions.triage`, steps through
`cases.actions.perform`, and the clocks ring through `cases.actions.watching`. What is decided here is only when a
recorded act is taken in a case that went another way, by the rules that `docs/rehearsal.md` states.
"""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from citybrain.base import clock
from citybrain.base.clock import MovableClock
from citybrain.base.querying.times import stored
from citybrain.hubs.business.cases.actions.watching import ring_clocks
from citybrain.lab.rehearsal.acting import Held, Refused, holder_of, take_act
from citybrain.lab.rehearsal.changing import apply_changes
from citybrain.lab.rehearsal.outcomes import read_outcomes
from citybrain.lab.rehearsal.outside import Outside, Received
from citybrain.lab.rehearsal.recording import key_of
from citybrain.lab.rehearsal.types import Act, Assumption, Changes, History, Item, Played, RecordedCase, Rule

TELL_EVERY = 200
Tell = Callable[[int, int], None]


@dataclass
class Play:
    """One case of the scratch city, and the recorded case whose acts it follows (`shift` later or earlier)."""

    pk: int
    number: str
    key: str
    record: RecordedCase | None
    next: int = 0
    shift: timedelta = timedelta()
    held: Held | None = None
    """Who held it when it was last looked at."""

    @property
    def act(self) -> Act | None:
        acts = self.record.acts if self.record else []
        return acts[self.next] if self.next < len(acts) else None


class Player:
    """Plays one history once, in an empty scratch city with the reference data in it."""

    def __init__(self, history: History, changes: Changes | None, tell: Tell = lambda done, of: None):
        self.history, self.changes, self.tell = history, changes, tell
        self.clock = MovableClock(min([item.at for item in history.items] or [history.start]))
        self.outside = Outside(history)
        self.plays: dict[str, Play] = {}
        self.assumptions: list[Assumption] = []
        self.steps = 0
        self._records = {case.number: case for case in history.cases}
        self._own: dict[str, Play] = {}
        self._seen: dict[str, int] = defaultdict(int)
        self._acts: list[tuple[datetime, int, int, Play]] = []

    def play(self) -> Played:
        """Everything, in one transaction that nobody else reads."""
        began, worked = time.monotonic(), time.process_time()
        with clock.installed(self.clock), transaction.atomic():
            self.outside.insert_signals()
            self._go()
            keys = {play.pk: play.key for play in self.plays.values()}
            outcomes = read_outcomes(keys, self.history.until)
        called = {play.number: play.key for play in self.plays.values()}
        places = {signal: called[number] for signal, number in self.outside.places().items() if number in called}
        return Played(
            outcomes=outcomes, places=places, assumptions=self.assumptions, steps=self.steps,
            seconds=round(time.monotonic() - began, 3), cpu_seconds=round(time.process_time() - worked, 3),
        )  # fmt: skip

    def _go(self) -> None:
        items, done = self.history.items, 0
        of = len(items) + sum(len(case.acts) for case in self.history.cases)
        is_changed = self.changes is None
        while done < len(items) or self._acts:
            item = items[done] if done < len(items) else None
            is_act = bool(self._acts) and (item is None or self._acts[0][:2] < (item.at, item.order))
            at = self._acts[0][0] if is_act else item.at if item else self.history.until
            if not is_changed and at >= self.history.start:
                is_changed = True
                self._change()
            if at > self.history.until:
                break
            self._ring_until(at)
            if is_act:
                self._take(heapq.heappop(self._acts)[3])
            elif item is not None:
                done += 1
                self._receive(item)
            self.steps += 1
            if self.steps % TELL_EVERY == 0:
                self.tell(min(self.steps, of), of)
        self._ring_until(self.history.until)

    def _change(self) -> None:
        self._ring_until(self.history.start)
        if self.changes is not None:
            apply_changes(self.changes)

    def _ring_until(self, at: datetime) -> None:
        """Ring every clock at its own moment, in their order, and then let it be that moment."""
        while True:
            first = _first_due()
            if first is None or first > at:
                break
            self.clock.move_to(max(first, self.clock.now()))
            ring_clocks()
        self.clock.move_to(max(at, self.clock.now()))

    def _assume(self, rule: Rule, case: str, detail: str = "") -> None:
        self.assumptions.append(Assumption(rule=rule, case=case, detail=detail))

    # what came from outside

    def _receive(self, item: Item) -> None:
        record = self._records.get(item.case)
        try:
            with transaction.atomic():
                own = self._own.get(item.case)
                received = self.outside.receive(item, record, own.number if own else None)
        except Refused as refused:
            self._assume(refused.rule, record.key if record else "", refused.why)
            return
        if received is not None:
            self._follow(item, record, received)

    def _follow(self, item: Item, record: RecordedCase | None, received: Received) -> None:
        """Which recorded case a report that opened or joined a case stands for."""
        opens = record is not None and item.order == record.order
        if received.is_new:
            play = self._open(received, item.signal)
            if record is not None and opens:
                self._own[record.number] = play
                self._attach(play, record, later=timedelta())
            elif record is not None:
                self._assume("handled_like", play.key, record.key)
                self._attach(play, record, later=received.opened_at - record.opened_at)
        elif record is not None and opens and item.signal is not None:
            into = self.plays[received.number].key
            self._assume("case_merged_away", record.key, f"{into} {len(record.acts)}")

    def _open(self, received: Received, signal: int | None) -> Play:
        key = key_of(signal, received.recorded_number, self._seen)
        play = Play(received.pk, received.number, key, None)
        self.plays[received.number] = play
        return play

    def _attach(self, play: Play, record: RecordedCase, *, later: timedelta) -> None:
        play.record, play.shift = record, later
        now = self.clock.now()
        if later:
            play.next = sum(act.at + later <= now for act in record.acts)
        first = next((lead for lead in record.leads if lead.since <= record.opened_at), None)
        self._align(play, first.organisation if first else "", 0)
        self._await(play)

    # what people did

    def _align(self, play: Play, expected: str, lead: int) -> None:
        """Follow the last recorded holder's handling where the case went to another organisation than was recorded."""
        record = play.record
        found, before = holder_of(play.pk), play.held
        play.held = found
        if record is None or (found.organisation if found else "") == expected or (found and found == before):
            return
        if found is None:
            self._assume("nobody_responsible", play.key, expected)
            return
        ahead = record.leads[lead:]
        if not ahead:
            self._assume("no_handling_known", play.key, found.organisation)
            return
        same = [one for one in ahead if one.organisation == found.organisation]
        taken = (same or ahead)[-1]
        play.shift = found.since - taken.since
        later = (i for i, act in enumerate(record.acts) if act.at >= taken.since and not _hands_over(act, taken.since))
        play.next = next(later, len(record.acts))
        if not same:
            self._assume("other_holder", play.key, f"{found.organisation} {taken.organisation}")

    def _await(self, play: Play) -> None:
        act = play.act
        if act is not None:
            at = max(act.at + play.shift, self.clock.now())
            heapq.heappush(self._acts, (at, act.order, play.pk, play))

    def _take(self, play: Play) -> None:
        act, record = play.act, play.record
        if act is None or record is None:
            return
        play.next += 1
        try:
            into = self._own.get(act.fields.get("into", ""))
            with transaction.atomic():
                take_act(play.number, act, into=into.number if into else "")
        except Refused as refused:
            self._assume(refused.rule, play.key, refused.why)
        else:
            if act.verb in ("dispatch", "transfer", "reopen", "advance"):
                held = [i for i, lead in enumerate(record.leads) if lead.since <= act.at]
                current = record.leads[held[-1]] if held else None
                is_held = current is not None and (current.until is None or current.until > act.at)
                self._align(play, current.organisation if current and is_held else "", held[-1] if held else 0)
        self._await(play)


def _first_due() -> datetime | None:
    """When the next clock rings; written by hand, because it is asked before everything that happens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_at FROM cases_clockrun WHERE next_at IS NOT NULL ORDER BY next_at, id LIMIT 1")
        row = cursor.fetchone()
    return stored(row[0]) if row else None


def _hands_over(act: Act, since: datetime) -> bool:
    return act.at == since and act.verb in ("dispatch", "transfer", "reopen", "advance")
