"""The HTTP door of trace."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from ninja import Router

from citybrain.applications.operations.trace import queries
from citybrain.applications.operations.trace.exporting import export
from citybrain.applications.operations.trace.schemas import CaseOfThing, ChainOut
from citybrain.base.accounts.http import CityRequest

router = Router(tags=["trace"])
UNSAFE, LONGEST_NAME = re.compile(r"[^A-Za-z0-9._-]+"), 80


@router.get("/trace/{kind}/{path:key}", response=ChainOut)
def trace(request: CityRequest, kind: str, key: str) -> Any:
    """What led to a reading, alarm, signal, case or assignment, and what came of it, as far as you may see it."""
    return queries.trace(request.viewer, kind, key)


@router.get("/trace-exports/{kind}/{path:key}", response={200: str})
def export_trace(request: CityRequest, kind: str, key: str) -> HttpResponse:
    """The same chain as one signed file, with the sealed audit records about it for whoever may read them.

    `scripts/verify_audit.py` checks it with nothing but Python's standard library.
    """
    chain = queries.trace(request.viewer, kind, key)
    lines = "".join(f"{line}\n" for line in export(chain, actor=request.viewer))
    name = f"trace-{kind}-{UNSAFE.sub('-', key)[:LONGEST_NAME]}.jsonl"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(lines, content_type="application/x-ndjson; charset=utf-8", headers=headers)


@router.get("/things/{code}/cases", response=list[CaseOfThing])
def list_cases_of_thing(request: CityRequest, code: str) -> Any:
    """The cases that the newest alarms of a thing opened or joined, newest first."""
    return queries.cases_of_thing(request.viewer, code)
