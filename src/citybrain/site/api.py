"""The HTTP API: every app's router under /api/v1, and one OpenAPI document."""

from __future__ import annotations

import importlib
import importlib.util

from ninja import NinjaAPI, Router

from citybrain.base.accounts.http import session_or_token

ROUTERS = (
    "citybrain.base.accounts.api",
    "citybrain.base.places.api",
    "citybrain.base.parties.api",
    "citybrain.base.files.api",
    "citybrain.base.notices.api",
    "citybrain.base.jobs.api",
    "citybrain.base.bus.api",
    "citybrain.base.audit.api",
    "citybrain.base.packs.api",
    "citybrain.hubs.sensing.things.api",
    "citybrain.hubs.sensing.alarms.api",
    "citybrain.hubs.sensing.telemetry.api",
    "citybrain.hubs.business.cases.api",
    "citybrain.hubs.business.signals.api",
    "citybrain.applications.operations.trace.api",
)
"""Each module has `router`, whose paths are whole below /api/v1 (`@router.get("/cases/{number}")`)."""

api = NinjaAPI(
    title="CityBrain",
    version="1",
    urls_namespace="api",
    auth=session_or_token,
    openapi_url=None,
    docs_url=None,
)


def mount(names: tuple[str, ...] = ROUTERS) -> None:
    for name in names:
        if importlib.util.find_spec(name) is None:
            continue
        router = importlib.import_module(name).router
        if not isinstance(router, Router):
            raise TypeError(f"{name}.router is not a ninja Router")
        api.add_router("", router)


mount()
