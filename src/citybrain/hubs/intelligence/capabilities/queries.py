"""Asking capabilities on behalf of somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.base.accounts import Viewer, check_may
from citybrain.hubs.intelligence.capabilities.registry import Capability, all_capabilities, find_capability

CALL = "capability.call"


def list_capabilities(viewer: Viewer) -> list[dict[str, Any]]:
    """Every capability with the JSON Schema of what goes in and comes out, by name."""
    check_may(viewer, CALL)
    return [_shown(one) for one in all_capabilities()]


def get_capability(viewer: Viewer, name: str) -> dict[str, Any]:
    check_may(viewer, CALL)
    return _shown(find_capability(name))


def call_capability(viewer: Viewer, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Run a capability; raises NotFound `capabilities.unknown`, BadInput `capabilities.input`, or what it refuses."""
    check_may(viewer, CALL)
    found = find_capability(name)
    return {"name": found.name, "version": found.version, "output": found.call(given).model_dump(mode="json")}


def _shown(one: Capability) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "title": dict(one.title),
        "source": one.source,
        "input": one.input.model_json_schema(mode="validation"),
        "output": one.output.model_json_schema(mode="serialization"),
    }
