"""The table of rights: for every endpoint, who may call it, and on whose object.

One file for each app in this folder holds `ROWS`, and a row is one endpoint:

    Row("POST", "/cases/{number}/notes", may=HANDLING, make=a_case, body={"text": "x"})

- `path` is the path below /api/v1 exactly as the OpenAPI document has it. An endpoint without a row fails the test, and
  so does a row without an endpoint.
- `may` names who gets a 2xx (people of `tests/cast.py`; their tokens count as they do); everybody else must be refused
  (401, 403, 404, or for a list an empty page), and a refusal must have changed nothing.
- `make(cast)` makes what the row is about, in `cast.street` and of `cast.organisation`, and returns a Target: the path
  parameters, the body, a query, and a `marker` (text that only shows to whoever may see that object).
- `sees` names who finds the marker in his answer, where that is fewer than `may`: a list that everybody may call shows
  the case of one county only to those who may see it.
- `ok` are the statuses that count as "was let in", when there are others than 2xx (an object in the wrong state: 409).
- `tokens=False`: not for machines (passwords). `besides`: who gets in without being anybody.

To find out what is right, ask the duties of DESIGN section 10, not the present answer.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Cast

ADMINISTRATORS = frozenset({"administrator"})
DISPATCHING = frozenset({"administrator", "commander", "dispatcher", "county_dispatcher"})
"""Who dispatches in `cast.street`."""
LEADING = frozenset({"leader", "commander", "administrator"})
HOLDING = frozenset({"administrator", "handler", "grid_worker"})
"""Who handles what `cast.organisation` holds."""
WATCHING = DISPATCHING | HOLDING | {"leader", "steward", "auditor", "integrator"}
"""Whoever looks at cases, alarms, signals and things in `cast.street` of `cast.organisation`."""
ELSEWHERE = frozenset({"dispatcher_elsewhere", "handler_elsewhere"})
"""The same offices in another county, and in another organisation."""
LOOKING = WATCHING | ELSEWHERE
"""Whoever may look somewhere at all."""
EVERYBODY = LOOKING | {"source_system", "citizen", "nobody"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Target:
    """What one row is about."""

    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    marker: str = ""
    content_type: str = "application/json"


def nothing(cast: Cast) -> Target:
    return Target()


@dataclass(frozen=True)
class Row:
    """One endpoint with who may call it."""

    method: str
    path: str
    may: frozenset[str]
    make: Callable[[Cast], Target] = nothing
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    sees: frozenset[str] | None = None
    ok: frozenset[int] = frozenset()
    tokens: bool = True
    besides: frozenset[str] = NOBODY

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def lets_in(self, status: int) -> bool:
        return 200 <= status < 300 or status in self.ok


def all_rows() -> list[Row]:
    """The rows of every file in this folder."""
    found: list[Row] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        found += importlib.import_module(f"{__name__}.{module.name}").ROWS
    return found
