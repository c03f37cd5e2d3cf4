"""`things.yaml` in packs: checked and applied."""

from __future__ import annotations

from citybrain.base import packs
from citybrain.base.audit import Actor
from citybrain.hubs.sensing.things.actions import declare_model
from citybrain.hubs.sensing.things.manifest import ThingsFile


def apply_things(pack: packs.Contents, parsed: ThingsFile, *, actor: Actor) -> None:
    """Write the models. One that the pack no longer declares stays as it is: its things and their history need it."""
    for key, definition in sorted(parsed.models.items()):
        declare_model(key, definition, pack=pack.key, actor=actor)
