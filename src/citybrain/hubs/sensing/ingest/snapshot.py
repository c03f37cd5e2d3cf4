"""What `sense` may know: tokens, things and rules, published by `work` into DIR/snapshot and polled here.

Each file is replaced atomically; a file that cannot be read leaves the last good one in force and says so once.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any, Literal

import msgspec

from citybrain.base.clock import LONGEST_SECONDS
from citybrain.base.conditions import TRUE, Condition, load

log = logging.getLogger("citybrain.sense")


class Token(msgspec.Struct, frozen=True):
    id: int
    hash: str
    mode: Literal["live", "history"]
    scope: Any

    @property
    def condition(self) -> Condition:
        return load(self.scope)


class Tokens(msgspec.Struct, frozen=True):
    version: int
    tokens: list[Token]


class Property(msgspec.Struct, frozen=True):
    type: Literal["number", "integer", "boolean", "enum"]
    unit: str = ""
    min: float | None = None
    max: float | None = None
    values: list[str] | None = None

    def spoken(self, value: float) -> float | int | bool | str:
        """A stored number in the words of the property: 1 is true, or the second of the values."""
        if self.type == "boolean":
            return value != 0
        if self.type == "enum":
            values = self.values or []
            return values[int(value)] if 0 <= value < len(values) else str(int(value))
        return int(value) if self.type == "integer" else value


class Model(msgspec.Struct, frozen=True):
    properties: dict[str, Property]


class Things(msgspec.Struct, frozen=True):
    version: int
    models: dict[str, Model]
    things: list[tuple[int, str, str, str, str]]
    streams: list[tuple[int, int, str]]


class Rule(msgspec.Struct, frozen=True):
    """A threshold with hysteresis and duration, or a silence, on one property of the things of a model."""

    key: str
    model: str
    property: str
    kind: Literal["threshold", "silence"]
    id: int = 0
    op: Literal["gt", "ge", "lt", "le"] = "gt"
    raise_at: float = 0.0
    clear_at: float = 0.0
    for_seconds: float = 0.0
    clear_for_seconds: float = 0.0
    after_seconds: float = 0.0
    things: list[str] | None = None


class Rules(msgspec.Struct, frozen=True):
    version: int
    rules: list[Rule]

    def usable(self) -> list[Rule]:
        """The rules without those of more time than can be reckoned with: one of them would end all sensing."""
        found: list[Rule] = []
        for rule in self.rules:
            longest = max(rule.for_seconds, rule.clear_for_seconds, rule.after_seconds)
            if longest <= LONGEST_SECONDS:
                found.append(rule)
            else:
                log.error("the rule %s is left out: %g s are more than ten years", rule.key, longest)
        return found


SHAPES: dict[str, Any] = {"tokens": Tokens, "things": Things, "rules": Rules}
# What arrives from the broker: it let the sender in, so that it may send live readings of every thing.
BROKER = Token(id=0, hash="", mode="live", scope=True)


class SnapshotFile:
    """One of the three files: `changed()` is cheap, `read()` parses."""

    def __init__(self, folder: Path, name: str):
        self.path = folder / f"{name}.json"
        self.shape = SHAPES[name]
        self._seen: tuple[int, int, int] | None = None

    def changed(self) -> bool:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return False
        mark = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        changed, self._seen = mark != self._seen, mark
        return changed

    def forget(self) -> None:
        """It counts as changed again."""
        self._seen = None

    def read(self) -> Any | None:
        """The parsed content; None, with a line in the log, when it cannot be understood."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=self.shape)
        except (OSError, msgspec.DecodeError) as error:
            log.error("%s cannot be read and the last good one stays in force: %s", self.path, error)
            return None


class Keyring:
    """Who may send, by secret."""

    def __init__(self, tokens: Tokens):
        self.version = tokens.version
        self._by_hash = {token.hash: token for token in tokens.tokens}

    def find(self, secret: str) -> Token | None:
        return self._by_hash.get(hashlib.sha256(secret.encode()).hexdigest())


def sees_everything(token: Token) -> bool:
    return token.scope is True or token.condition == TRUE
