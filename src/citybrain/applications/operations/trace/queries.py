"""The chain of a fact: what led to it, and what came of it."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import replace
from typing import Literal

from citybrain.applications.operations.trace.kinds import READERS, Found, read
from citybrain.applications.operations.trace.tree import WORDS
from citybrain.applications.operations.trace.types import Address, Chain, Fact, Link, Told
from citybrain.base.accounts.types import Viewer
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.hubs.business.cases.queries.views import CaseView
from citybrain.hubs.business.signals.queries import cases_of_alarms
from citybrain.hubs.sensing.alarms.queries import newest_of_thing
from citybrain.hubs.sensing.things.queries import get_thing

MOST_FACTS = 300
MOST_ALARMS = 300
Direction = Literal["causes", "effects"]


def trace(viewer: Viewer, kind: str, key: str) -> Chain:
    """The chain both ways from a fact, with permission asked at every hop.

    A hop that the viewer may not see is shown as withheld, without its id, and nothing beyond it. Raises Forbidden
    without `trace.read`, BadInput for an unknown kind, NotFound when the fact itself is not visible.
    """
    viewer.check("trace.read")
    if kind not in READERS:
        allowed = {"value": kind, "allowed": ", ".join(READERS)}
        raise BadInput("input.invalid", fields=(FieldError("kind", "input.not_allowed", allowed),))
    walk = Walk(viewer)
    start = Address(kind, key)
    if not walk.visit(start):
        raise NotFound("trace.unknown", kind_zh=WORDS["zh"][kind], kind_en=WORDS["en"][kind])
    walk.follow(start, "causes")
    walk.follow(start, "effects")
    return walk.chain(start)


def cases_of_thing(viewer: Viewer, code: str) -> list[CaseView]:
    """The cases that the newest alarms of a thing opened or joined, newest first, as far as the viewer sees both.

    Raises Forbidden without `case.read`, NotFound when there is no such thing, or the viewer may not see it.
    """
    viewer.check("case.read")
    thing = get_thing(viewer, code)
    return cases_of_alarms(viewer, newest_of_thing(viewer, thing, most=MOST_ALARMS))


class Walk:
    """Facts met so far, by their address; each is read once."""

    def __init__(self, viewer: Viewer):
        self.viewer = viewer
        self.found: dict[Address, Found | None] = {}
        self.refs: dict[Address, str] = {}
        self.links: dict[tuple[Address, Address], str] = {}
        self.is_cut = False

    def visit(self, address: Address) -> bool:
        """Read the fact; false where it is withheld."""
        if address not in self.found:
            self.refs[address] = f"f{len(self.refs) + 1}"
            self.found[address] = read(self.viewer, address, self.refs[address])
        return self.found[address] is not None

    def _take(self, near: dict[Address, Fact]) -> None:
        """Facts that were read along with another one."""
        for address, fact in near.items():
            if address not in self.found:
                fact.ref = self.refs[address] = f"f{len(self.refs) + 1}"
                self.found[address] = Found(fact, [], [])

    def follow(self, start: Address, direction: Direction) -> None:
        """Go from a fact in one direction until nothing is left, or too much was met."""
        waiting, seen = deque([start]), {start}
        while waiting:
            here = waiting.popleft()
            found = self.found[here]
            if found is None:
                continue
            if direction == "causes":
                self._take(found.read)
            for relation, there in getattr(found, direction):
                if there not in self.found and len(self.found) >= MOST_FACTS:
                    self.is_cut = True
                    return
                self.visit(there)
                pair = (there, here) if direction == "causes" else (here, there)
                self.links.setdefault(pair, relation)
                if there not in seen:
                    seen.add(there)
                    waiting.append(there)

    def chain(self, start: Address) -> Chain:
        told = _told([address for address, found in self.found.items() if found is not None])
        facts = [self._fact(address, found, told) for address, found in self.found.items()]
        links = [
            Link(self.refs[cause], self.refs[effect], relation, _proof(told.get(cause, []), told.get(effect, [])))
            for (cause, effect), relation in self.links.items()
        ]
        return Chain(self.refs[start], facts, links, self.is_cut)

    def _fact(self, address: Address, found: Found | None, told: dict[Address, list[Told]]) -> Fact:
        if found is None:
            return Fact(self.refs[address], address.kind, None, withheld=True)
        found.fact.told = told.get(address, [])
        return found.fact


def _told(shown: list[Address]) -> dict[Address, list[Told]]:
    """The messages about the facts that are shown; a cause is named only where it is one of them."""
    by_subject = {address.subject: address for address in shown}
    rows = list(OutboxEvent.objects.filter(subject__in=list(by_subject)).order_by("xid", "position"))
    known = {row.id for row in rows}
    told: dict[Address, list[Told]] = defaultdict(list)
    for row in rows:
        one = Told(row.id, row.type, row.occurred_at, row.recorded_at, row.cause)
        told[by_subject[row.subject]].append(one if row.cause in known else replace(one, cause=None))
    return told


def _proof(cause: list[Told], effect: list[Told]) -> str | None:
    """The first message of the effect that names a message of the cause as what it follows from."""
    causes = {one.id for one in cause}
    return next((one.id for one in effect if one.cause in causes), None)
