"""What stands behind the question mark: a name that there is not and a word that means nothing are refused, everywhere.

A filter that is misspelt and ignored answers with everything, and whoever asked believes it.
"""

from __future__ import annotations

from typing import Any

from citybrain.site.api import api
from tests.applications.operations.indicators.stage import ACCEPTED, declare_indicators
from tests.cast import Cast
from tests.hubs.business.cases.stage import LAMPS, Person, declare
from tests.site.rights.rehearsals import a_rehearsal

NONSENSE = "no-such-word"
FREE = {
    "q": "a part of a name",
    "thing_q": "the same, of things on a map",
    "search": "a part of a name",
    "text": "what somebody wrote",
    "under": "a path, which may come from another city",
    "subject": "of events, one for each case, signal and thing there ever was",
    "cause": "the id of an event",
    "action": "of audit records; what was recorded may be older than this version",
    "actor": "of audit records; who acted may be gone",
    "code": "of what is wanted by its codes: those that there are come back",
    "thing": "one that is hidden from you is as if it were not there, and no refusal tells the two apart",
    "case": "the same",
    "v": "of the map: the version that a browser has, which may be of any age",
    "kind": "of audit records and organisations: the city's own words",
    "key": "of audit records and notices: they may be older than this version",
    "source": "what other systems call themselves",
    "name": "of runs: the job may be older than this version",
}
"""Parameters that hold a text of nobody's list, each with the reason."""
ELSEWHERE = {
    ("/api/v1/telemetry", "property"): "it needs a thing with readings",
    ("/api/v1/telemetry", "after"): "the same",
    ("/api/v1/webhooks", "after"): "no token lists webhooks",
}


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    schema = api.get_openapi_schema()
    return [
        (method, path, operation)
        for path, found in schema["paths"].items()
        for method, operation in found.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def address(path: str) -> str:
    """A path with something in each of its places."""
    return "/".join("1" if "{" in part and "." not in part else part for part in path.split("/")).replace("{y}", "1")


def ask(cast: Cast, method: str, path: str, **query: Any) -> Any:
    client = cast.token_client("administrator").english()
    return client.generic(method.upper(), address(path), QUERY_STRING="&".join(f"{k}={v}" for k, v in query.items()))


OPERATIONS = operations()
QUESTIONS = [
    (path, operation, parameter)
    for method, path, operation in OPERATIONS
    for parameter in operation.get("parameters", [])
    if method == "get" and parameter["in"] == "query"
]


def test_a_parameter_that_there_is_not_is_refused_by_name(cast: Cast):
    for method, path, _ in OPERATIONS:
        answer = ask(cast, method, path, staet="open")
        assert answer.status_code == 422, (method, path, answer.content)
        [wrong] = answer.json()["errors"]
        assert (wrong["field"], wrong["code"]) == ("staet", "input.unknown_parameter"), (method, path)


def test_the_refusal_names_what_there_is_the_likeliest_first(cast: Cast):
    [wrong] = ask(cast, "get", "/api/v1/cases", staet="open").json()["errors"]
    assert wrong["reason"].startswith("There is no query parameter staet; there are: state, ")
    assert "overdue" in wrong["reason"]


def test_a_word_that_means_nothing_is_refused(cast: Cast, clock: object):
    declare(LAMPS)
    declare_indicators(accepted=ACCEPTED)
    number = Person(cast, "dispatcher").opens().number
    rehearsal = str(a_rehearsal(cast).params["rehearsal"])
    silent = []
    for path, operation, parameter in QUESTIONS:
        name = parameter["name"]
        if (path, name) in ELSEWHERE or (name in FREE and not is_closed(parameter["schema"])):
            continue
        others = {one["name"]: good(one) for one in operation["parameters"] if one["in"] == "query" and is_needed(one)}
        layer = "things" if name == "model" else "cases"
        path_ = path.replace("{key}", "play.accepted") if path.startswith("/api/v1/indicators/") else path
        which = "1" if path.startswith("/api/v1/reports/") else number  # a report's number is a number
        whole = path_.replace("{number}", which).replace("{layer_set}", layer).replace("{rehearsal}", rehearsal)
        answer = ask(cast, "get", whole, **{**others, name: NONSENSE})
        if not refuses(answer, name):
            silent.append((path, name, answer.status_code, b"".join(answer)[:200]))
    assert not silent, "\n".join(map(str, silent))


def refuses(answer: Any, name: str) -> bool:
    said = answer.json() if answer.status_code in (404, 422) else {}
    by_field = any(one["field"].startswith(name) for one in said.get("errors", []))
    return by_field or NONSENSE in said.get("title", "") or said.get("code") == "input.cursor"


def is_needed(parameter: dict[str, Any]) -> bool:
    return bool(parameter.get("required")) or parameter["name"] == "bbox"


def test_what_is_free_is_really_there():
    assert set(FREE) <= {parameter["name"] for _, _, parameter in QUESTIONS}


def test_the_words_that_there_are_stand_in_the_refusal(cast: Cast, clock: object):
    [wrong] = ask(cast, "get", "/api/v1/signals", state="nope").json()["errors"]
    assert "waiting_for_person" in wrong["reason"]
    declare(LAMPS)
    [wrong] = ask(cast, "get", "/api/v1/cases", state="hanlding").json()["errors"]
    assert wrong["reason"].startswith("The value hanlding is not allowed; allowed: handling, ")


def is_closed(schema: dict[str, Any]) -> bool:
    """Whether the schema itself says which words there are."""
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", [])]
    return any({"enum", "format", "pattern", "x-vocabulary"} & set(part) or part.get("type") in ("integer", "boolean")
               for part in parts)  # fmt: skip


def good(parameter: dict[str, Any]) -> Any:
    [example, *_] = parameter["schema"].get("examples") or [parameter.get("example", "1")]
    return example
