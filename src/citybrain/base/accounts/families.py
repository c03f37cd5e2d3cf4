"""Which permission reads which family of events, wherever events leave: streams, webhooks."""

from __future__ import annotations

from citybrain.base.accounts.types import WHOLE, Viewer
from citybrain.base.bus.types import Event
from citybrain.base.conditions import FALSE, Condition, test

LOCATED = frozenset(WHOLE)
OWNED = frozenset({"organisation_path"})
REFERENCE: frozenset[str] = frozenset()

READ_BY = {
    "account": ("account.read", OWNED),
    "alarm": ("alarm.read", LOCATED),
    "alarm_rule": ("alarm.read", REFERENCE),
    "appeal": ("case.read", LOCATED),
    "case": ("case.read", LOCATED),
    "clock": ("case.read", LOCATED),
    "duty": ("account.read", OWNED),
    "file": ("file.read", LOCATED),
    "handover": ("handover.read", LOCATED),
    "indicator": ("indicator.read", LOCATED),
    "map_layer": ("place.read", REFERENCE),
    "number": ("indicator.read", LOCATED),
    "organisation": ("party.read", REFERENCE),
    "pack": ("pack.read", REFERENCE),
    "person": ("audit.read", REFERENCE),
    "picture": ("picture.check", LOCATED),
    "region": ("place.read", REFERENCE),
    "responsibility": ("case.read", LOCATED),
    "shift": ("handover.read", LOCATED),
    "signal": ("signal.read", LOCATED),
    "text": ("signal.read", LOCATED),
    "thing": ("thing.read", LOCATED),
    "thing_model": ("thing.read", REFERENCE),
    "token": ("account.read", OWNED),
}
"""Each family of events (what stands before the dot): the permission that reads it, and which fields decide.

A family that is not here leaves to nobody.
"""


def reaches_of(viewer: Viewer) -> dict[str, Condition]:
    """The condition for each family of which the viewer may see anything now."""
    reach = {family: viewer.reach(permission, fields=fields) for family, (permission, fields) in READ_BY.items()}
    return {family: condition for family, condition in reach.items() if condition != FALSE}


def shows(reach: dict[str, Condition], event: Event) -> bool:
    """Whether an event is within reach; its organisations are a list."""
    condition = reach.get(event.type.partition(".")[0], FALSE)
    organisations = list(event.organisation_paths)
    fields = {"region_path": event.region_path, "organisation_path": organisations, "holders": organisations}
    return test(condition, fields)
