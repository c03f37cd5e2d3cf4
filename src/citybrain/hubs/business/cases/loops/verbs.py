"""The closed set of things that a step of a loop can do to a case.

A loop names and places its steps freely; what a step does is one of these verbs. `needs` must be asked for by every
step of the verb; `moves` says whether the step must lead to another state (True), must stay (False) or may (None).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NEEDS = ("reason", "note", "evidence", "summary", "organisation", "duration")


@dataclass(frozen=True)
class Verb:
    """What a step does: `event` is the message on the bus, `who` the relations that may be named for it."""

    key: str
    event: str
    needs: frozenset[str] = frozenset()
    moves: bool | None = None
    who: frozenset[str] = frozenset({"dispatcher", "holder", "verifier", "supervisor", "source", "system"})


def _verb(key: str, event: str, *needs: str, moves: bool | None = None, who: str = "") -> Verb:
    allowed = frozenset(who.split()) if who else Verb.who
    return Verb(key, event, frozenset(needs), moves, allowed)


VERBS: Mapping[str, Verb] = {
    verb.key: verb
    for verb in (
        _verb("dispatch", "case.dispatched", moves=True, who="dispatcher supervisor system"),
        _verb("accept", "case.accepted", moves=True, who="holder"),
        _verb("return", "case.returned", "reason", moves=True, who="holder"),
        _verb("transfer", "case.transferred", "reason", "organisation", who="holder dispatcher supervisor"),
        _verb("assist", "case.assist_asked", "organisation", moves=False, who="holder dispatcher supervisor"),
        _verb("contribute", "case.assisted", "note", moves=False, who="helper"),
        _verb("extend", "case.extension_asked", "reason", "duration", moves=False, who="holder"),
        _verb("grant", "case.extended", moves=False, who="dispatcher supervisor"),
        _verb("refuse", "case.extension_refused", "reason", moves=False, who="dispatcher supervisor"),
        _verb("finish", "case.finished", moves=True, who="holder"),
        _verb("verify", "case.verified", moves=True, who="verifier dispatcher supervisor"),
        _verb("reject", "case.rejected", "reason", moves=True, who="verifier dispatcher supervisor"),
        _verb("summarise", "case.summarised", "summary"),
        _verb("close", "case.closed", moves=True),
        _verb(
            "reopen", "case.reopened", "reason", moves=True, who="dispatcher verifier supervisor source reporter system"
        ),
        _verb("supervise", "case.supervised", "note", moves=False, who="supervisor"),
        _verb("end", "case.ended", "reason", moves=True, who="dispatcher verifier supervisor source system"),
        _verb("advance", "case.advanced"),
    )
}
"""`advance` is every step that only moves a case on; steps of the other verbs change who holds it or how it ends."""
