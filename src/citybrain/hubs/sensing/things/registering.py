"""Registering things, one or ten thousand at once: good rows are kept, bad ones come back with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from citybrain.base import audit, bus, clock
from citybrain.base.accounts import Viewer, check_may, visible
from citybrain.base.bus import Draft
from citybrain.base.conditions import Condition, test
from citybrain.base.errors import FieldError, TooLarge
from citybrain.base.parties.models import Organisation
from citybrain.hubs.sensing.things.messages import ThingChanged, ThingMoved, ThingRegistered
from citybrain.hubs.sensing.things.models import Stream, Thing, ThingModel
from citybrain.hubs.sensing.things.placing import place_drafts
from citybrain.hubs.sensing.things.types import MAX_BATCH, Placed, Receipt, RejectedRow, ThingDraft

T = TypeVar("T")
CHUNK = 500
PLACE_FIELDS = ("lon", "lat", "precision_m", "given_crs", "region_code", "region_path", "given_region")


@dataclass
class Batch:
    """A batch on its way: rows still good, by their index, and what was wrong with the others."""

    drafts: dict[int, ThingDraft] = field(default_factory=dict)
    wrong: dict[int, FieldError] = field(default_factory=dict)
    new: list[Thing] = field(default_factory=list)
    changed: list[tuple[Thing, list[str], str]] = field(default_factory=list)
    duplicates: int = 0
    takes_blank: bool = False
    """What is given as blank becomes blank; else it leaves what is there, as an empty cell of a table does."""

    def reject(self, index: int, field_name: str, code: str, **data: Any) -> None:
        self.wrong[index] = FieldError(field_name, code, data)
        self.drafts.pop(index, None)


@transaction.atomic
def register_things(rows: Sequence[Any] | Mapping[str, Any], *, actor: Viewer, takes_blank: bool = False) -> Receipt:
    """Register things (drafts, or mappings of their fields), or bring those that are there up to date, by code.

    A thing keeps its model for life. Each row is rejected or kept by itself; raises Forbidden when the actor may
    register nothing anywhere, TooLarge beyond MAX_BATCH rows.
    """
    check_may(actor, "thing.write")
    if len(rows) > MAX_BATCH and not isinstance(rows, Mapping):
        raise TooLarge("things.batch_too_large", limit=MAX_BATCH)
    batch = _read([rows] if isinstance(rows, Mapping) else rows)
    batch.takes_blank = takes_blank
    _check_models(batch)
    organisations = _check_organisations(batch, actor)
    placing = place_drafts(batch.drafts)
    for index, wrong in placing.wrong.items():
        batch.reject(index, wrong.field, wrong.code, **wrong.data)
    _fill(batch, placing.placed, organisations, _reach(actor))
    _save(batch)

    _record(batch, actor)
    _announce(batch, actor)
    rejected = tuple(RejectedRow(index, batch.wrong[index]) for index in sorted(batch.wrong))
    return Receipt(len(batch.new), len(batch.changed), batch.duplicates, rejected)


def _read(rows: Sequence[Any]) -> Batch:
    batch = Batch()
    seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        try:
            draft = row if isinstance(row, ThingDraft) else ThingDraft.model_validate(row)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "row"
            batch.reject(index, place, "input.schema", why=first["msg"])
            continue
        if draft.code in seen:
            batch.reject(index, "code", "things.code_twice", thing=draft.code, first=seen[draft.code])
            continue
        seen[draft.code] = index
        batch.drafts[index] = draft
    return batch


def _check_models(batch: Batch) -> None:
    models = set(ThingModel.objects.values_list("key", flat=True))
    for index, draft in list(batch.drafts.items()):
        if draft.model not in models:
            known = ", ".join(sorted(models)) or "—"
            batch.reject(index, "model", "things.unknown_model", model=draft.model, known=known)


def _check_organisations(batch: Batch, actor: Viewer) -> dict[str, str]:
    """Paths by code; a draft that names no organisation belongs to the registrant's own."""
    codes = {draft.organisation for draft in batch.drafts.values() if draft.organisation}
    paths = dict(Organisation.objects.filter(code__in=codes).values_list("code", "path"))
    for index, draft in list(batch.drafts.items()):
        if draft.organisation and draft.organisation not in paths:
            batch.reject(index, "organisation", "party.unknown_organisation", organisation=draft.organisation)
    own = actor.organisation_path if actor.organisation_path != "/" else ""
    return {**paths, "": own}


Reach = Callable[[str, str], bool]


def _reach(actor: Viewer) -> Reach:
    condition: Condition = visible(actor, Thing, "thing.write")
    known: dict[tuple[str, str], bool] = {}

    def reaches(region_path: str, organisation_path: str) -> bool:
        key = (region_path, organisation_path)
        if key not in known:
            known[key] = test(condition, {"region_path": region_path, "organisation_path": organisation_path})
        return known[key]

    return reaches


def _fill(batch: Batch, placed: Mapping[int, Placed], organisations: Mapping[str, str], reaches: Reach) -> None:
    """Make new rows and change known ones, each within the registrant's reach."""
    codes = sorted({draft.code for draft in batch.drafts.values()})
    models = {model.key: model for model in _models(codes)}
    known = _known(codes)
    now = clock.now()
    for index, draft in list(batch.drafts.items()):
        place, owner = placed[index], organisations[draft.organisation]
        thing = known.get(draft.code)
        if not reaches(place.region_path, owner) or (
            thing is not None and not reaches(thing.region_path, thing.organisation_path)
        ):
            batch.reject(index, "code", "account.elsewhere", permission="thing.write")
        elif thing is None:
            batch.new.append(_new(draft, models[draft.model], place, owner, now))
        elif thing.model.key != draft.model:
            batch.reject(index, "model", "things.model_is_for_life", thing=draft.code, model=thing.model.key)
        else:
            _change(batch, thing, draft, place, owner, now)


def _models(codes: Sequence[str]) -> QuerySet[ThingModel]:
    """All models; who brings codes that are new holds them, so that no two bring the same ones at once."""
    are_there = all(Thing.objects.filter(code__in=some).count() == len(some) for some in _chunks(codes))
    models = ThingModel.objects.order_by("pk")
    return models if are_there else models.select_for_update(no_key=True)


def _known(codes: Sequence[str]) -> dict[str, Thing]:
    found: dict[str, Thing] = {}
    for some in _chunks(codes):
        found.update({thing.code: thing for thing in for_change(Thing.objects.filter(code__in=some))})
    return found


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(rows), CHUNK):
        yield rows[begin : begin + CHUNK]


def for_change(things: QuerySet[Thing]) -> QuerySet[Thing]:
    """Some things with their models, held until the transaction ends."""
    return things.select_related("model").order_by("pk").select_for_update(of=("self",), no_key=True)


def _new(draft: ThingDraft, model: ThingModel, place: Placed, owner: str, now: datetime) -> Thing:
    return Thing(
        code=draft.code, name=draft.name or draft.code, model=model, organisation_path=owner, address=draft.address,
        attributes=draft.attributes, registered_at=now, updated_at=now, **place.columns(),
    )  # fmt: skip


def _change(batch: Batch, thing: Thing, draft: ThingDraft, place: Placed, owner: str, now: datetime) -> None:
    """Only what the draft says: a blank name or address, or no point, leaves what is there."""
    wanted: dict[str, Any] = {"organisation_path": owner or thing.organisation_path, "state": Thing.State.ACTIVE}
    given = draft.model_fields_set if batch.takes_blank else set()
    for name in ("name", "address", "attributes"):
        value = getattr(draft, name)
        if value or (name in given and name != "name"):
            wanted[name] = value
    if draft.lon is not None or draft.region:
        wanted |= place.columns()
        if (place.lon, place.lat) == (thing.lon, thing.lat):
            wanted["given_crs"] = thing.given_crs
    fields = [name for name, value in wanted.items() if getattr(thing, name) != value]
    if not fields:
        batch.duplicates += 1
        return
    old_path = thing.region_path
    for name in fields:
        setattr(thing, name, wanted[name])
    thing.updated_at = now
    batch.changed.append((thing, fields, old_path))


def _save(batch: Batch) -> None:
    Thing.objects.bulk_create(batch.new, batch_size=CHUNK)
    Stream.objects.bulk_create(
        [Stream(thing=thing, property=name) for thing in batch.new for name in thing.model.properties], batch_size=CHUNK
    )
    things = [thing for thing, _, _ in batch.changed]
    for some in _chunks(things):
        _add_missing_streams(some)
    if things:
        columns = [*PLACE_FIELDS, "organisation_path", "name", "address", "attributes", "state", "updated_at"]
        Thing.objects.bulk_update(things, columns, batch_size=CHUNK)


def _add_missing_streams(things: Sequence[Thing]) -> None:
    """A thing that was out of service has none of the properties that its model got meanwhile."""
    there = set(Stream.objects.filter(thing__in=things).order_by().values_list("thing_id", "property"))
    wanted = ((thing, name) for thing in things for name in thing.model.properties)
    Stream.objects.bulk_create(
        [Stream(thing=thing, property=name) for thing, name in wanted if (thing.pk, name) not in there]
    )


def _record(batch: Batch, actor: Viewer) -> None:
    for thing in batch.new:
        audit.record(actor, "thing.registered", thing, key=thing.code, model=thing.model.key)
    for thing, fields, _ in batch.changed:
        audit.record(actor, "thing.changed", thing, key=thing.code, fields=fields)


def _announce(batch: Batch, actor: Viewer) -> None:
    drafts = [draft_of(thing, ThingRegistered(thing=thing.code, model=thing.model.key)) for thing in batch.new]
    for thing, fields, old_path in batch.changed:
        key = thing.model.key
        if "lon" in fields or "lat" in fields or "region_path" in fields:
            drafts.append(draft_of(thing, ThingMoved(thing=thing.code, model=key, old_region_path=old_path)))
        if set(fields) - set(PLACE_FIELDS):
            drafts.append(draft_of(thing, ThingChanged(thing=thing.code, model=key, fields=fields)))
    bus.publish_many(drafts, actor=actor)


def draft_of(thing: Thing, message: bus.Message) -> Draft:
    """A message about a thing, addressed to whoever may see it."""
    organisations = (thing.organisation_path,) if thing.organisation_path else ()
    return Draft(message, f"thing/{thing.code}", region_path=thing.region_path, organisation_paths=organisations)
