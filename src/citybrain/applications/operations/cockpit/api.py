"""The HTTP door of the cockpit."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from citybrain.applications.operations.cockpit import actions, queries
from citybrain.applications.operations.cockpit.schemas import (
    QuestionAsk,
    QuestionShown,
    QuestionsWanted,
    SceneShown,
    SceneSummary,
    SceneWanted,
)
from citybrain.base.accounts.http import CityRequest, PageOf, Paging, paged

router = Router(tags=["cockpit"])


@router.get("/cockpit/scenes", response=list[SceneSummary])
def list_scenes(request: CityRequest) -> Any:
    """The pictures of the city that there are."""
    return [SceneSummary.of(row, scene) for row, scene in queries.scenes(request.viewer)]


@router.get("/cockpit/scenes/{key}", response=SceneShown)
def show_scene(request: CityRequest, key: str, wanted: Query[SceneWanted]) -> Any:
    """A whole picture with the data of all its elements, now or as known at a moment."""
    return SceneShown.of(queries.get_scene(request.viewer, key, **wanted.dict()))


@router.get("/cockpit/questions", response=PageOf[QuestionShown])
def list_questions(request: CityRequest, wanted: Query[QuestionsWanted], paging: Query[Paging]) -> Any:
    """What was asked about a number, or in general, with the answers, newest first."""
    page = paged(queries.questions(request.viewer, **wanted.dict()), paging, order=("-pk",))
    shown = queries.shown_questions(request.viewer, page.items)
    return {"items": [QuestionShown.of(one) for one in shown], "next": page.next}


@router.post("/cockpit/questions", response={201: QuestionShown})
def ask_about(request: CityRequest, body: QuestionAsk) -> Any:
    """Ask about a number: it becomes a supervised case of whoever answers for it."""
    question = actions.ask_about(actor=request.viewer, **body.dict())
    (shown,) = queries.shown_questions(request.viewer, [question])
    return Status(201, QuestionShown.of(shown))
