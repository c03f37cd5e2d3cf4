"""The OpenAPI document: whole, valid, with examples, and true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ninja.openapi.schema import OpenAPISchema

from citybrain.site.api import api
from citybrain.site.http.openapi import METHODS, document_of


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return document_of(api)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in sorted(document["paths"].items()):
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_everybody_may_read_it(cast):
    answer = cast.anonymous().get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
    assert len(answer.json()["paths"]) > 10


def test_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    missing = {ref for ref in refs(document) if ref.removeprefix("#/components/schemas/") not in schemas}
    assert missing == set()


def says_nothing(operation: dict[str, Any]) -> bool:
    """Neither a docstring nor a summary other than the function's name."""
    by_name = operation["operationId"].partition("_")[2].replace("_", " ").title()
    return not operation.get("description") and operation["summary"] == by_name


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]
    silent = [f"{method} {path}" for method, path, operation in operations(document) if says_nothing(operation)]
    assert len(names) == len(set(names))
    assert silent == []


OPEN = {
    ("get", "/api/v1/session"),
    ("post", "/api/v1/session"),
    ("get", "/api/v1/platform"),
    ("get", "/api/v1/demo"),
    ("post", "/api/v1/demo/session"),
}
"""What is open to everybody beside /api/v1/public, which is for citizens who have no account."""


def test_every_operation_says_how_one_signs_in_and_what_it_refuses(document):
    open_to_everybody = {
        (method, path) for method, path, operation in operations(document) if not operation["security"]
    }
    assert {at for at in open_to_everybody if not at[1].startswith("/api/v1/public/")} == OPEN
    for method, path, operation in operations(document):
        for status in ("400", "401", "422"):
            content = operation["responses"][status]["content"]
            assert "application/problem+json" in content, (method, path, status)


def shows_example(schema: dict[str, Any], schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a reader can tell from the schema what to send: itself, one of its forms, or all that is required."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name in seen or shows_example(schemas[name], schemas, seen | {name})
    if schema.keys() & {"examples", "example", "enum", "const"} or schema.get("type") in ("boolean", "null"):
        return True
    if schema.get("format") == "binary":
        return True
    forms = [form for word in ("anyOf", "oneOf", "allOf") for form in schema.get(word, []) if form != {"type": "null"}]
    if forms:
        return any(shows_example(form, schemas, seen) for form in forms)
    if "items" in schema:
        return shows_example(schema["items"], schemas, seen)
    properties = schema.get("properties", {})
    needed = schema.get("required") or list(properties)
    found = [shows_example(properties[name], schemas, seen) for name in needed]
    return all(found) if schema.get("required") else any(found)


def test_what_goes_in_comes_with_examples(document):
    schemas = document["components"]["schemas"]
    missing = [
        f"{method} {path} ({media_type})"
        for method, path, operation in operations(document)
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
        if not (content.keys() & {"example", "examples"} or shows_example(content["schema"], schemas))
    ]
    assert missing == []


def test_no_two_schemas_share_a_name():
    """Ninja keeps schemas by name: of two that differ, one would silently describe the other."""
    seen: dict[str, str] = {}
    clashes = set()

    class Watched(OpenAPISchema):
        def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
            for name, definition in definitions.items():
                text = json.dumps(definition, sort_keys=True)
                if seen.setdefault(name, text) != text:
                    clashes.add(name)
            super().add_schema_definitions(definitions)

    Watched(api, "/api/v1")
    assert len(seen) > 20
    assert clashes == set()


def test_a_list_answers_items_and_next(document):
    """Whatever takes `after` is a list, and every list reads the same."""
    schemas = document["components"]["schemas"]
    for method, path, operation in operations(document):
        if any(one["name"] == "after" for one in operation["parameters"]):
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            properties = schemas[schema["$ref"].rpartition("/")[2]]["properties"]
            assert {"items", "next"} <= set(properties), (method, path)


def test_a_misspelt_field_is_refused_everywhere(document):
    """A duty for `organisation` instead of `organisation_path` must not become a duty over the whole city."""
    schemas = document["components"]["schemas"]
    lenient = {
        f"{method} {path}: {name}"
        for method, path, operation in operations(document)
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items()
        if media_type == "application/json"
        for name in (ref.rpartition("/")[2] for ref in refs(content["schema"]))
        if schemas[name].get("type") == "object" and schemas[name].get("additionalProperties") is not False
    }
    assert lenient == set()


def test_a_duty_for_a_field_that_does_not_exist_is_not_granted(cast):
    user = cast.user("handler")
    body = {"role": "handler", "organisation": "urban"}

    answer = cast.client("administrator").english().post(f"/api/v1/users/{user.pk}/duties", body)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "organisation"
    assert not user.duties.filter(organisation_path="/").exists()
