"""GET /api/openapi.json: OpenAPI 3.1 of the whole API, with the refusals that every operation can answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {
    "title": "Problem",
    "description": "What was refused, why, and what to do (RFC 9457), in the language of Accept-Language (zh, en).",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/docs/errors#input.invalid"]},
        "title": {"type": "string", "examples": ["The input is not valid"]},
        "status": {"type": "integer", "examples": [422]},
        "code": {"type": "string", "examples": ["input.invalid"]},
        "detail": {"type": "string", "examples": ["Correct the fields listed under errors and try again."]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "reason", "cure"],
                "properties": {
                    "field": {"type": "string", "examples": ["readings[3].at"]},
                    "code": {"type": "string", "examples": ["input.required"]},
                    "reason": {"type": "string", "examples": ["This field is required"]},
                    "cure": {"type": "string", "examples": ["Fill it in."]},
                },
            },
        },
        "reference": {
            "type": "string",
            "description": "Tell operations this number.",
            "examples": ["9f2c4e1ab0d37765"],
        },
    },
}
REFUSALS = {
    "400": "The request cannot be read",
    "401": "Not signed in",
    "403": "Not within your duties",
    "404": "Does not exist, or is not visible to you",
    "405": "The method is not possible here",
    "409": "The state of the thing does not allow it",
    "413": "Too large",
    "415": "The content type is not supported",
    "422": "A field is wrong",
    "429": "Too many; see Retry-After",
    "503": "A part is off or full; see Retry-After",
}


def problem_responses() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": text, "content": content} for status, text in REFUSALS.items()}


def document_of(api: NinjaAPI) -> dict[str, Any]:
    """The document as ninja writes it, completed: problem documents, security, no empty leftovers."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="/api/v1"))
    components = document["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "A token of `citybrain token create`."},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid",
                    "description": "A signed-in session; what changes something also needs X-CSRFToken."},
    }  # fmt: skip
    for operations in document["paths"].values():
        for method in METHODS:
            if method in operations:
                complete(operations[method], method)
    return document


def complete(operation: dict[str, Any], method: str) -> None:
    """Add what each operation can refuse, and how one signs in for it (none when it is open to everybody)."""
    given = {str(status): answer for status, answer in operation["responses"].items()}
    for answer in given.values():
        for content in answer.get("content", {}).values():
            if content["schema"].get("type") == "string":  # a file or text, written as it is
                answer["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
                break
    operation["responses"] = {**given, **{k: v for k, v in problem_responses().items() if k not in given}}
    if operation.get("security"):
        operation["security"] = [{"token": []}, {"session": []}]
    else:
        operation["security"] = []
        if method == "get":  # what changes something may lack its CSRF token
            operation["responses"].pop("403")


@lru_cache(maxsize=1)
def cached_document(api: NinjaAPI) -> dict[str, Any]:
    return document_of(api)


def show_openapi(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    return JsonResponse(cached_document(api), json_dumps_params={"ensure_ascii": False})
