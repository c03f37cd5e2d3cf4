"""Taking the alarm journal in: each line exactly once, with its rows, its messages and the cursor in one transaction.

The last line of an alarm is the truth about it. One that repeats the present state with another moment or value amends
it and tells nobody; one that says the same again changes nothing. An alarm that fires within the rule's fold time after
the last one of the same rule, thing and property resolved is folded into that one (or into what that one was folded
into): its messages say so, so that nobody opens a second case for a value that flaps. When that one is withdrawn, the
oldest of those folded into it takes its place.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from django.db import transaction

from citybrain.base import bus
from citybrain.base.bus import Draft
from citybrain.base.clock import LONGEST_SECONDS
from citybrain.hubs.sensing.alarms.journal import Line, Position, bytes_after, journal_files, journal_folder, read_lines
from citybrain.hubs.sensing.alarms.messages import AlarmFired, AlarmMessage, AlarmResolved, AlarmWithdrawn
from citybrain.hubs.sensing.alarms.models import Alarm, AlarmRule, AlarmTransition, JournalCursor
from citybrain.hubs.sensing.things.models import Thing

log = logging.getLogger(__name__)
CURSOR = "journal"
LIMIT = 2000
CHUNK = 500
GATEWAY = 64
State = Alarm.State
MESSAGES: dict[str, type[AlarmMessage]] = {
    State.FIRING: AlarmFired,
    State.RESOLVED: AlarmResolved,
    State.WITHDRAWN: AlarmWithdrawn,
}
MUTABLE = ["state", "start_at", "fired_at", "resolved_at", "value", "reading", "folded_into", "episodes"]
Key = tuple[int, int, str]
_seen: tuple[tuple[str, int], ...] | None = None
T = TypeVar("T")


def take_in(folder: Path | None = None, *, limit: int = LIMIT) -> int:
    """Take in what the journal has; returns the number of lines that were read (0: nothing was waiting)."""
    folder = folder or journal_folder()
    with transaction.atomic():
        JournalCursor.objects.get_or_create(name=CURSOR)
        cursor = JournalCursor.objects.select_for_update().get(name=CURSOR)
        before = Position(cursor.file, cursor.offset, cursor.seq)
        lines, after = read_lines(folder, before, limit=limit)
        if after == before:
            return 0
        if lines:
            Intake().take(lines)
        cursor.file, cursor.offset, cursor.seq = after.file, after.offset, after.seq
        cursor.save(update_fields=["file", "offset", "seq"])
    return max(1, len(lines))


def take_in_news() -> bool:
    """One step of the loop: looks at the sizes of files, and at the database only when one of them grew."""
    global _seen
    folder = journal_folder()
    found = tuple((path.name, path.stat().st_size) for path in journal_files(folder)[-2:])
    if found == _seen:
        return False
    if take_in(folder):
        return True
    _seen = found
    return False


def waiting_bytes(folder: Path | None = None) -> int:
    cursor = JournalCursor.objects.filter(name=CURSOR).first()
    position = Position(cursor.file, cursor.offset, cursor.seq) if cursor else Position()
    return bytes_after(folder or journal_folder(), position)


@dataclass
class Intake:
    """One batch of lines on its way into the database, in as few statements as the batch allows."""

    alarms: dict[str, Alarm] = field(default_factory=dict)
    new: dict[str, Alarm] = field(default_factory=dict)
    changed: dict[str, Alarm] = field(default_factory=dict)
    transitions: list[AlarmTransition] = field(default_factory=list)
    drafts: list[tuple[int, Draft]] = field(default_factory=list)
    rules: dict[str, AlarmRule] = field(default_factory=dict)
    things: dict[int, Thing] = field(default_factory=dict)
    resolved: dict[Key, Alarm] = field(default_factory=dict)

    def take(self, lines: list[Line]) -> None:
        self._load(lines)
        for line in lines:
            self._take_one(line)
        self._save()

    def _load(self, lines: list[Line]) -> None:
        self.rules = {r.key: r for r in AlarmRule.objects.filter(key__in={line.rule for line in lines})}
        for ids in chunks(sorted({line.thing_id for line in lines})):
            self.things |= Thing.objects.select_related("model").in_bulk(ids)
        for keys in chunks(sorted({line.alarm for line in lines})):
            rows = Alarm.objects.select_for_update(of=("self",)).select_related("folded_into").order_by("pk")
            self.alarms |= {row.pk: row for row in rows.filter(pk__in=keys)}
        self._load_folded([line for line in lines if line.state == State.WITHDRAWN])
        self._load_resolved([line for line in lines if line.state == State.FIRING])

    def _load_folded(self, withdrawn: list[Line]) -> None:
        for keys in chunks(sorted({line.alarm for line in withdrawn})):
            rows = Alarm.objects.select_for_update(of=("self",)).select_related("folded_into").order_by("pk")
            for row in rows.filter(folded_into__in=keys):
                self.alarms.setdefault(row.pk, row)

    def _load_resolved(self, firing: list[Line]) -> None:
        """The last resolved alarm of each rule, thing and property that may be folded into."""
        folding = [line for line in firing if line.rule in self.rules and self.rules[line.rule].fold_within_seconds]
        if not folding:
            return
        longest = max(time_of(self.rules[line.rule].fold_within_seconds) for line in folding)
        earliest = min(line.start_at for line in folding) - longest
        rule_ids = {self.rules[line.rule].pk for line in folding}
        for ids in chunks(sorted({line.thing_id for line in folding})):
            rows = Alarm.objects.select_related("folded_into").filter(
                rule__in=rule_ids, thing__in=ids, state=State.RESOLVED, resolved_at__gte=earliest
            )
            for row in rows.order_by("resolved_at", "pk"):
                self.resolved[key_of(row)] = self.alarms.setdefault(row.pk, row)

    def _take_one(self, line: Line) -> None:
        rule, thing = self.rules.get(line.rule), self.things.get(line.thing_id)
        if rule is None or thing is None or line.state not in State.values:
            log.error("journal line %d names an unknown rule, thing or state and is passed over", line.seq)
            return
        alarm = self.alarms.get(line.alarm)
        if alarm is None:
            alarm = self.alarms[line.alarm] = self.new[line.alarm] = new_alarm(line, rule, thing)
        elif says_the_same(line, alarm, rule):
            return
        tells = line.state in MESSAGES and line.state != alarm.state
        had_fired = alarm.fired_at is not None
        self._move(alarm, line, rule)
        self.transitions.append(transition_of(line))
        if tells and (had_fired or alarm.fired_at is not None):
            self.drafts.append((len(self.transitions) - 1, self._draft(alarm, line, rule, thing)))

    def _move(self, alarm: Alarm, line: Line, rule: AlarmRule) -> None:
        alarm.state = line.state
        if line.state == State.FIRING:
            alarm.fired_at, alarm.resolved_at = line.at, None
            alarm.value, alarm.reading = line.value, reading_id(line, rule)
            self._fold(alarm, rule)
        elif line.state == State.RESOLVED:
            alarm.resolved_at = line.at
            self.resolved[key_of(alarm)] = alarm
        elif line.state == State.WITHDRAWN:
            self._unfold(alarm)
            self._replace_root(alarm)
            alarm.fired_at = alarm.resolved_at = None
        self._note_change(alarm)

    def _note_change(self, alarm: Alarm) -> None:
        if alarm.pk not in self.new:
            self.changed[alarm.pk] = alarm

    def _fold(self, alarm: Alarm, rule: AlarmRule) -> None:
        last = self.resolved.get(key_of(alarm))
        if last is None or last.pk == alarm.pk or alarm.folded_into is not None:
            return
        if last.state != State.RESOLVED or last.resolved_at is None:
            return
        gap = alarm.start_at - last.resolved_at
        if timedelta(0) <= gap <= time_of(rule.fold_within_seconds):
            root = self._root(last)
            alarm.folded_into = root
            root.episodes += 1
            self._note_change(root)

    def _root(self, alarm: Alarm) -> Alarm:
        """What an alarm is folded into, or itself: the one row of this batch, however often it was read."""
        root = alarm.folded_into or alarm
        return self.alarms.setdefault(root.pk, root)

    def _unfold(self, alarm: Alarm) -> None:
        if alarm.folded_into is not None:
            root = self._root(alarm)
            root.episodes -= 1
            alarm.folded_into = None
            self._note_change(root)

    def _replace_root(self, alarm: Alarm) -> None:
        """The oldest of what was folded into an alarm that never was stands for all of it."""
        folded = [one for one in self.alarms.values() if one.folded_into_id == alarm.pk] if alarm.episodes > 1 else []
        if not folded:
            return
        root, *others = sorted(folded, key=lambda one: (one.start_at, one.pk))
        root.folded_into, root.episodes, alarm.episodes = None, len(folded), 1
        for one in others:
            one.folded_into = root
        for one in folded:
            self._note_change(one)

    def _draft(self, alarm: Alarm, line: Line, rule: AlarmRule, thing: Thing) -> Draft:
        root = self._root(alarm)
        message = MESSAGES[line.state](
            alarm=alarm.pk, rule=rule.key, thing=thing.code, property=alarm.property, severity=alarm.severity,
            title=rule.title, value=line.value, start_at=alarm.start_at, at=line.at, case_type=rule.case_type,
            lon=thing.lon, lat=thing.lat, precision_m=thing.precision_m, region_path=alarm.region_path,
            folded=root.pk != alarm.pk, root=root.pk, episodes=root.episodes, reading=reading_id(line, rule),
            kind=rule.kind, unit=thing.model.properties.get(alarm.property, {}).get("unit", ""), thing_name=thing.name,
            model=thing.model.key, gateway=str(thing.attributes.get("gateway") or "")[:GATEWAY],
        )  # fmt: skip
        organisations = (alarm.organisation_path,) if alarm.organisation_path else ()
        return Draft(
            message, f"alarm/{alarm.pk}", occurred_at=line.at, region_path=alarm.region_path,
            organisation_paths=organisations,
        )  # fmt: skip

    def _save(self) -> None:
        """Alarms before what points at them; a folded alarm after its root."""
        fresh = sorted(self.new.values(), key=lambda alarm: alarm.folded_into is not None)
        Alarm.objects.bulk_create(fresh, batch_size=CHUNK)
        changed = [self.changed[pk] for pk in sorted(self.changed)]
        Alarm.objects.bulk_update(changed, MUTABLE, batch_size=CHUNK)
        events = bus.publish_many([draft for _, draft in self.drafts])
        for (index, _), event_id in zip(self.drafts, events, strict=True):
            self.transitions[index].event_id = event_id
        AlarmTransition.objects.bulk_create(self.transitions, batch_size=CHUNK)


def new_alarm(line: Line, rule: AlarmRule, thing: Thing) -> Alarm:
    """An alarm keeps the region and owner that its thing had when it began; its state is set by the line."""
    return Alarm(
        id=line.alarm, rule=rule, thing=thing, property=line.property, state="", severity=rule.severity,
        start_at=line.start_at, recorded_at=line.recorded_at, value=line.value,
        region_path=thing.region_path, organisation_path=thing.organisation_path,
    )  # fmt: skip


def transition_of(line: Line) -> AlarmTransition:
    return AlarmTransition(
        alarm_id=line.alarm, seq=line.seq, state=line.state, at=line.at, value=line.value, recorded_at=line.recorded_at
    )


def decided_at(alarm: Alarm) -> datetime | None:
    """The moment of the present state, where a line can repeat it."""
    return {State.FIRING: alarm.fired_at, State.RESOLVED: alarm.resolved_at}.get(State(alarm.state), alarm.start_at)


def says_the_same(line: Line, alarm: Alarm, rule: AlarmRule) -> bool:
    if (alarm.state, decided_at(alarm)) != (line.state, line.at):
        return False
    is_corrected = (alarm.value, alarm.reading) != (line.value, reading_id(line, rule))
    return line.state != State.FIRING or not is_corrected


def key_of(alarm: Alarm) -> Key:
    return alarm.rule_id, alarm.thing_id, alarm.property


def reading_id(line: Line, rule: AlarmRule) -> str:
    """The reading that decided, `<thing>/<property>/<at>/<sequence>`; when a silence begins, the last one before it."""
    silent = rule.kind == AlarmRule.Kind.SILENCE and line.state == State.FIRING
    at = line.start_at - time_of(rule.after_seconds) if silent else line.at
    spelled = at.isoformat().replace("+00:00", "Z")
    return f"{line.thing}/{line.property}/{spelled}/{line.sequence}"


def time_of(seconds: float | None) -> timedelta:
    """A time that a rule declares; the longest that may be declared for one of before there was a longest."""
    return timedelta(seconds=min(seconds or 0, LONGEST_SECONDS))


def chunks(items: list[T]) -> Iterable[list[T]]:
    for begin in range(0, len(items), CHUNK):
        yield items[begin : begin + CHUNK]
