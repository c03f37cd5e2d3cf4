"""The HTTP door of trace."""

from __future__ import annotations

from typing import Any

from ninja import Router

from citybrain.applications.operations.trace import queries
from citybrain.applications.operations.trace.schemas import CaseOfThing, ChainOut
from citybrain.base.accounts.http import CityRequest

router = Router(tags=["trace"])


@router.get("/trace/{kind}/{path:key}", response=ChainOut)
def trace(request: CityRequest, kind: str, key: str) -> Any:
    """What led to a reading, alarm, signal, case or assignment, and what came of it, as far as you may see it."""
    return queries.trace(request.viewer, kind, key)


@router.get("/things/{code}/cases", response=list[CaseOfThing])
def list_cases_of_thing(request: CityRequest, code: str) -> Any:
    """The cases that the newest alarms of a thing opened or joined, newest first."""
    return queries.cases_of_thing(request.viewer, code)
