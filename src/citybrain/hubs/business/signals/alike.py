"""Cases that resemble one, for a person to look at: nothing is merged by it. Pure functions; no Django.

A case is alike for where it is (the same thing or address, or near), for what it is (the same kind, or a sister kind),
and for what people say of it. The score is half place, three tenths words, two tenths kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from citybrain.hubs.business.signals.merging import Report, distance_m, is_precise
from citybrain.hubs.business.signals.similarity import address_key, similarity

RADIUS_M = 300.0
"""Three street blocks: beyond it a case is not near."""
ALIKE = 0.35
"""Lower scores are not worth a look: a sister kind at the far end of the radius with other words has 0.1 to 0.3."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why a case is alike: metres between the points (None where one has no usable point), and what they share."""

    score: float
    distance_m: float | None
    same_thing: bool
    same_address: bool
    same_kind: bool
    similarity: float | None


def likeness(one: Report, other: Report, *, same_kind: bool) -> Likeness | None:
    """How alike two cases are; None where they are not."""
    precise = is_precise(one, RADIUS_M) and is_precise(other, RADIUS_M)
    apart = distance_m(one, other) if precise else None
    if apart is not None and apart > RADIUS_M:
        return None
    key = address_key(one.address)
    same_thing = bool(one.thing) and one.thing == other.thing
    same_address = bool(key) and key == address_key(other.address)
    words = similarity(one.text, other.text)
    place = 1.0 if same_thing or same_address else 0.0 if apart is None else 1 - apart / RADIUS_M
    score = round(0.5 * place + 0.3 * (words or 0.0) + (0.2 if same_kind else 0.1), 3)
    if score < ALIKE:
        return None
    metres = None if apart is None else round(apart, 1)
    return Likeness(score, metres, same_thing, same_address, same_kind, None if words is None else round(words, 3))
