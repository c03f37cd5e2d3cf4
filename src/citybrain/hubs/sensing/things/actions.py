"""Every write to things and their models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from citybrain.base import audit, bus, clock, querying
from citybrain.base.accounts import Viewer, check_may
from citybrain.base.audit import SYSTEM, Actor
from citybrain.base.bus import Draft
from citybrain.base.errors import BadInput, Conflict
from citybrain.hubs.sensing.things.manifest import ModelDefinition
from citybrain.hubs.sensing.things.messages import (
    ThingModelChanged,
    ThingRetired,
    ThingsRelocated,
)
from citybrain.hubs.sensing.things.models import Properties, Stream, Thing, ThingModel
from citybrain.hubs.sensing.things.placing import locate_again
from citybrain.hubs.sensing.things.registering import draft_of, for_change, register_things
from citybrain.hubs.sensing.things.types import ThingDraft

__all__ = [
    "change_thing",
    "declare_model",
    "move_paths",
    "register_model",
    "register_thing",
    "register_things",
    "relocate_things",
    "retire_thing",
]
CHUNK = 500


def register_thing(draft: ThingDraft, *, actor: Viewer) -> Thing:
    """Register one thing, or bring it up to date; raises BadInput with the field that is wrong."""
    receipt = register_things([draft], actor=actor)
    if receipt.rejected:
        raise BadInput("input.invalid", fields=(receipt.rejected[0].wrong,))
    return Thing.objects.select_related("model").get(code=draft.code)


@transaction.atomic
def change_thing(thing: Thing, *, actor: Viewer, **fields: Any) -> Thing:
    """Change what a `ThingDraft` names: name, address, organisation, attributes, or where it stands (lon, lat, crs).

    A retired thing stays retired: registering it again is what puts it back into service. Raises Conflict then.
    """
    thing = _to_change(thing, actor)
    known = {name: value for name, value in fields.items() if value is not None}
    draft = ThingDraft(code=thing.code, model=thing.model.key, **{**_standing(thing, known), **known})
    receipt = register_things([draft], actor=actor, takes_blank=True)
    if receipt.rejected:
        raise BadInput("input.invalid", fields=(receipt.rejected[0].wrong,))
    return Thing.objects.select_related("model").get(code=thing.code)


def _to_change(thing: Thing, actor: Viewer) -> Thing:
    """A thing as it is now, held until the transaction ends: since it was read somebody may have changed it."""
    thing = for_change(Thing.objects.filter(pk=thing.pk)).get()
    check_may(actor, "thing.write", on=thing)
    if thing.state == Thing.State.RETIRED:
        raise Conflict("things.retired", thing=thing.code)
    return thing


def _standing(thing: Thing, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Whose a thing is and where it stands, as far as a change does not say it: what is left out stays."""
    standing: dict[str, Any] = {"organisation": thing.organisation_path.strip("/").rpartition("/")[2]}
    if "lon" in fields or "lat" in fields:
        return standing
    if thing.lon is not None:
        standing |= {"lon": thing.lon, "lat": thing.lat, "precision_m": thing.precision_m}
    if thing.given_region:
        standing["region"] = thing.region_code
    return standing


@transaction.atomic
def retire_thing(thing: Thing, *, actor: Viewer, reason: str = "") -> Thing:
    """Take a thing out of service: readings are refused from now on, history stays. Raises Conflict when it is out."""
    thing = _to_change(thing, actor)
    thing.state = Thing.State.RETIRED
    thing.updated_at = clock.now()
    thing.save(update_fields=["state", "updated_at"])

    audit.record(actor, "thing.retired", thing, key=thing.code, reason=reason)
    bus.publish_many([draft_of(thing, ThingRetired(thing=thing.code, model=thing.model.key))], actor=actor)
    return thing


@transaction.atomic
def register_model(key: str, definition: ModelDefinition, *, actor: Viewer) -> ThingModel:
    """Make or change a thing model that no pack declares; raises Conflict when one does."""
    check_may(actor, "definition.write")
    there = ThingModel.objects.filter(key=key).first()
    if there is not None and there.pack:
        raise Conflict("things.model_of_a_pack", model=key, pack=there.pack)
    return declare_model(key, definition, pack="", actor=actor)


@transaction.atomic
def declare_model(key: str, definition: ModelDefinition, *, pack: str, actor: Actor) -> ThingModel:
    """Write a thing model as declared, and give its things the streams of new properties.

    Readings of an enum are kept as the place of a value in the list, so values are only ever added at its end, also
    when the property was gone meanwhile.
    """
    title = definition.title.model_dump()
    model, created = ThingModel.objects.select_for_update().get_or_create(
        key=key, defaults={"title": title, "pack": pack, "updated_at": clock.now()}
    )
    properties = _follow(model.properties, {name: one.row() for name, one in definition.properties.items()})
    if not created and (model.title, model.pack, model.properties) == (title, pack, properties):
        return model
    model.title, model.pack, model.properties, model.updated_at = title, pack, properties, clock.now()
    model.save(update_fields=["title", "pack", "properties", "updated_at"])
    _add_streams(model)

    audit.record(actor, "thing_model.changed", model, key=key, pack=pack)
    bus.publish(ThingModelChanged(model=key), subject=f"thing_model/{key}", actor=actor)
    return model


def _follow(before: Properties, rows: Mapping[str, Any]) -> Properties:
    """Properties as they are declared now, with the values that each ever had in front."""
    ever = before.gone | {name: row["values"] for name, row in before.items() if "values" in row}
    for name, row in rows.items():
        if "values" in row:
            old = ever.pop(name, [])
            row["values"] = old + [value for value in row["values"] if value not in old]
    return Properties(rows, gone=ever)


def _add_streams(model: ThingModel) -> None:
    things = Thing.objects.filter(model=model, state=Thing.State.ACTIVE).order_by("pk")
    for name in model.properties:
        without = things.exclude(streams__property=name).values_list("pk", flat=True)
        Stream.objects.bulk_create([Stream(thing_id=pk, property=name) for pk in without], batch_size=CHUNK)


@transaction.atomic
def move_paths(field: str, old: str, new: str) -> int:
    """Follow a region or organisation that moved in its tree: every path below `old` begins with `new` now."""
    count = querying.move_paths(Thing.objects.all(), field, old, new)
    if count:
        bus.publish_many([Draft(ThingsRelocated(count=count), "thing/*")], actor=SYSTEM)
    return count


@transaction.atomic
def relocate_things() -> int:
    """Ask again in which region each thing stands, after boundaries changed; returns how many lie elsewhere now."""
    changed: list[Thing] = []
    for things in _chunks():
        changed.extend(locate_again(things))
    Thing.objects.bulk_update(changed, ["region_code", "region_path"], batch_size=CHUNK)
    if changed:
        audit.record(SYSTEM, "thing.relocated", kind="thing", key="*", count=len(changed))
        bus.publish_many([Draft(ThingsRelocated(count=len(changed)), "thing/*")], actor=SYSTEM)
    return len(changed)


def _chunks() -> Any:
    last = 0
    while things := list(Thing.objects.filter(pk__gt=last, lon__isnull=False).order_by("pk")[:5000]):
        yield things
        last = things[-1].pk
