"""Every read of the cockpit: scenes with their data, and what was asked about a number."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from citybrain.applications.operations.cockpit.drawing import draw, wanted_of
from citybrain.applications.operations.cockpit.happenings import happenings
from citybrain.applications.operations.cockpit.keeping import Keeper
from citybrain.applications.operations.cockpit.manifest import SceneDefinition
from citybrain.applications.operations.cockpit.models import Question, Scene
from citybrain.applications.operations.cockpit.types import Happenings, PlaceView, QuestionView, SceneView, Words
from citybrain.applications.operations.indicators import queries as indicators
from citybrain.applications.operations.indicators.queries import FIELDS, READ
from citybrain.applications.operations.indicators.types import Board, Dimension
from citybrain.base import clock, conditions
from citybrain.base.accounts import Viewer, scoped
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.parties.models import Organisation
from citybrain.base.places.models import Region
from citybrain.base.places.queries import ancestors_of, find_box
from citybrain.hubs.business.cases.queries import cases_by_number, finishing_notes
from citybrain.hubs.data.facts import projecting

LIVE_SECONDS, PAST_SECONDS = 10.0, 600.0
"""The lake takes up what happened every 15 seconds; once it is past a moment, what was known then never changes."""
LATECOMERS = timedelta(minutes=1)
"""So long may a message still be on its way to the lake when a later one is there."""
KEPT = 256
DEEPEST = 2
"""So many levels below the city can be picked: counties and streets."""

_boards: Keeper[Board] = Keeper(KEPT, PAST_SECONDS)
_live: Keeper[Happenings] = Keeper(KEPT, LIVE_SECONDS)
_past: Keeper[Happenings] = Keeper(KEPT, PAST_SECONDS)


def forget() -> None:
    """Keep nothing of what was drawn (for tests and benchmarks)."""
    for one in (_boards, _live, _past):
        one.clear()


def scenes(viewer: Viewer) -> list[tuple[Scene, SceneDefinition]]:
    """The scenes there are, in their order."""
    viewer.check(READ)
    rows = Scene.objects.filter(retired_at=None).order_by("order", "key")
    return [(row, SceneDefinition.model_validate(row.definition)) for row in rows]


def get_scene(
    viewer: Viewer, key: str, *, dimension: Dimension | None = None, code: str = "", known_at: datetime | None = None
) -> SceneView:
    """A scene of one place with the data of all its elements; without a place, of the widest that the viewer may see.

    Raises NotFound for a scene or a place that is not there, Forbidden for a place beyond reach, BadInput for a moment
    that has not come.
    """
    viewer.check(READ)
    if known_at is not None and known_at > clock.now():
        raise BadInput("input.invalid", fields=(FieldError("known_at", "cockpit.in_the_future"),))
    row = Scene.objects.filter(key=key, retired_at=None).first()
    if row is None:
        raise NotFound("cockpit.unknown_scene", key=key)
    scene = SceneDefinition.model_validate(row.definition)
    dimension, code = indicators.place_for(viewer, dimension, code)
    place = _place_view(viewer, dimension, code)
    run = indicators.newest_run(known_at)
    same = (str(settings.DATA_DIR), key, row.hash, dimension, code, viewer.grants, known_at)
    board = _boards.get((*same, run, _version(known_at)), lambda: _board(viewer, scene, place, known_at))
    kept = _past if _is_past(known_at) else _live
    happened = kept.get(same, lambda: happenings(
        viewer, scene, dimension=place.dimension, path=place.path, known_at=known_at))  # fmt: skip
    return SceneView(
        key, scene, place, known_at, known_at or clock.now(), run[1] if run else None, draw(scene, board, happened)
    )


def _is_past(known_at: datetime | None) -> bool:
    """Whether the lake has everything that was known then."""
    newest = projecting.newest(Path(settings.DATA_DIR)) if known_at else None
    return known_at is not None and newest is not None and known_at <= newest - LATECOMERS


def _version(known_at: datetime | None) -> Hashable:
    """Of what is known now, how the indicators are declared; the past is explained by what it was declared as."""
    return None if known_at else indicators.newest_declaration()


def _board(viewer: Viewer, scene: SceneDefinition, place: PlaceView, known_at: datetime | None) -> Board:
    numbers, parts = wanted_of(scene)
    dimension: Dimension = "organisation" if place.dimension == "organisation" else "region"
    return indicators.board(viewer, numbers, parts, dimension=dimension, code=place.code, known_at=known_at)


def _place_view(viewer: Viewer, dimension: Dimension, code: str) -> PlaceView:
    if dimension == "organisation":
        one = Organisation.objects.get(code=code)
        return PlaceView(dimension, code, one.path, one.names, [], [])
    region = Region.objects.get(code=code)
    reach = viewer.reach(READ, fields=FIELDS)
    above = [one for one in ancestors_of(region) if _reaches(reach, one.path)]
    depth = region.path.count("/") - 2
    below = Region.objects.filter(parent=region, valid_to=None).order_by("code") if depth < DEEPEST else []
    return PlaceView(
        dimension, code, region.path, _names(region), [(one.code, _names(one)) for one in above],
        [(one.code, _names(one)) for one in below], find_box(region),
    )  # fmt: skip


def _reaches(reach: conditions.Condition, path: str) -> bool:
    return conditions.test(reach, {"region_path": path, "organisation_path": ""})


def _names(region: Region) -> Words:
    return {"zh": region.name, "en": region.name_en or region.name}


def questions(
    viewer: Viewer, *, indicator: str = "", dimension: str | None = None, code: str = "", case: str = ""
) -> QuerySet[Question]:
    """What was asked, where the viewer may see the number."""
    viewer.check(READ)
    given = {"indicator": indicator, "dimension": dimension, "code": code, "case": case}
    return scoped(viewer, Question.objects.all()).filter(**{name: value for name, value in given.items() if value})


def shown_questions(viewer: Viewer, rows: list[Question]) -> list[QuestionView]:
    """Questions with how far their cases have come; where the viewer may not see the case, it stands without it."""
    numbers = [row.case for row in rows]
    cases = {one.number: one for one in cases_by_number(viewer, numbers)} if viewer.may("case.read") else {}
    notes = finishing_notes(cases) if cases else {}
    told = indicators.definitions({row.indicator for row in rows})
    names = _place_names({(row.dimension, row.code) for row in rows})
    return [_question_view(row, cases.get(row.case), notes, told, names) for row in rows]


def _place_names(places: set[tuple[str, str]]) -> dict[tuple[str, str], Words]:
    regions = Region.objects.filter(code__in=[code for dimension, code in places if dimension == "region"])
    owners = Organisation.objects.filter(code__in=[code for dimension, code in places if dimension != "region"])
    found = {("region", one.code): _names(one) for one in regions}
    return found | {("organisation", one.code): one.names for one in owners}


def _question_view(row: Question, case: Any, notes: dict[str, str], told: Any, names: Any) -> QuestionView:
    definition = told.get(row.indicator)
    state = {"zh": "", "en": ""}
    organisation = case.case.organisation.names if case and case.case.organisation else None
    return QuestionView(
        row, definition.title.model_dump() if definition else {"zh": row.indicator, "en": row.indicator},
        definition.unit.model_dump() if definition else state, definition.decimals if definition else 1,
        names.get((row.dimension, row.code), {"zh": row.code, "en": row.code}), case.state if case else "",
        case.state_title if case else state, case.state_kind if case else "", case.due_at if case else None,
        bool(case and case.is_overdue), organisation, notes.get(row.case, ""), case.finished_at if case else None,
    )  # fmt: skip
