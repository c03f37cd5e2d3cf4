"""Who acts for whom: each member of staff with his own key, his pace and his habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from citybrain.lab.life.dice import uniform
from citybrain.lab.life.world import Member, World


@dataclass(frozen=True)
class Keys:
    """Sessions by user name, tokens by source."""

    sessions: Mapping[str, str]
    tokens: Mapping[str, str]


@dataclass(frozen=True)
class Person:
    """A member of staff at work. `pace` is how long he takes, 1 for most; `care` how likely he does it well."""

    member: Member
    session: str
    pace: float
    care: float


class People:
    """The staff that has a key."""

    def __init__(self, world: World, keys: Keys):
        self.seed = world.seed
        self.all: Sequence[Person] = [
            self._person(member, number, keys.sessions[member.username])
            for number, member in enumerate(world.staff)
            if member.username in keys.sessions
        ]

    def _person(self, member: Member, number: int, session: str) -> Person:
        dice = uniform(self.seed, 601, number, [1, 2, 3])
        pace = 0.35 + 1.3 * float(dice[0]) + (2.5 if dice[1] > 0.93 else 0.0)
        return Person(member, session, pace, 0.82 + 0.17 * float(dice[2]))

    @cached_property
    def handlers(self) -> Mapping[str, Sequence[Person]]:
        """By organisation."""
        found: dict[str, list[Person]] = {}
        for one in self.all:
            if one.member.role == "handler":
                found.setdefault(one.member.organisation, []).append(one)
        return found

    @cached_property
    def grid_workers(self) -> Mapping[str, Person]:
        """By the code of their community."""
        return {one.member.region: one for one in self.all if one.member.role == "grid_worker"}

    def of_role(self, role: str) -> Sequence[Person]:
        return [one for one in self.all if one.member.role == role]

    @cached_property
    def desk(self) -> Sequence[Person]:
        return self.of_role("dispatcher")

    @cached_property
    def hotline(self) -> Sequence[Person]:
        found = [one for one in self.desk if one.member.organisation == "hotline"]
        return found or self.desk

    @cached_property
    def leaders(self) -> Sequence[Person]:
        return [*self.of_role("commander"), *self.of_role("leader")]

    def one_of(self, some: Sequence[Person], *keys: int) -> Person:
        return some[int(float(uniform(self.seed, 602, *keys)[0]) * len(some))]
