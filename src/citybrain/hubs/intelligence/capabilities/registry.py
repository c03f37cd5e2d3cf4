"""The closed list of capabilities: what the city can work out, by name, with typed input and output."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from citybrain.base.bus.discovery import import_all
from citybrain.base.errors import BadInput, FieldError, NotFound
from citybrain.base.packs import find_sources
from citybrain.base.packs.problems import guess

I = TypeVar("I", bound=BaseModel)  # noqa: E741  # input, as O is output
O = TypeVar("O", bound=BaseModel)  # noqa: E741
FILE = "capabilities"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Capability:
    """One algorithm: its name (`environment.aqi`), version, types, and where its formula is taken from."""

    name: str
    version: str
    title: Mapping[str, str]
    source: str
    input: type[BaseModel]
    output: type[BaseModel]
    function: Callable[[Any], BaseModel]

    def call(self, given: Mapping[str, Any] | BaseModel) -> BaseModel:
        """Check the input, run, check the output. Raises BadInput `capabilities.input` with each wrong field."""
        try:
            value = given if isinstance(given, self.input) else self.input.model_validate(given)
        except ValidationError as error:
            raise BadInput("capabilities.input", fields=_fields(error), name=self.name) from error
        answer = self.function(value)
        if not isinstance(answer, self.output):
            raise TypeError(f"{self.name} answered {type(answer).__name__}, declared is {self.output.__name__}")
        return answer


def _fields(error: ValidationError) -> tuple[FieldError, ...]:
    return tuple(
        FieldError(".".join(map(str, one["loc"])) or "input", "input.schema", {"why": one["msg"]})
        for one in error.errors(include_url=False, include_input=False)
    )


_capabilities: dict[str, Capability] = {}
_loaded: set[str] = set()


def capability(
    name: str,
    *,
    version: str,
    title: Mapping[str, str],
    input: type[I],
    output: type[O],
    source: str = "",
) -> Callable[[Callable[[I], O]], Callable[[I], O]]:
    """Register a function under a name: `@capability("environment.aqi", version="1.0.0", …)`.

    `title` is in both languages. Raises ValueError for a name that is taken, or not `sector.word`.
    """
    if "." not in name or not all(title.get(language) for language in ("zh", "en")):
        raise ValueError(f"the capability {name!r} needs a name like sector.word and a title in zh and en")

    def register(function: Callable[[I], O]) -> Callable[[I], O]:
        if name in _capabilities:
            raise ValueError(f"the capability {name} is registered twice")
        _capabilities[name] = Capability(name, version, title, source, input, output, function)
        return function

    return register


def load_capabilities() -> None:
    """Import `capabilities.py` of the platform's parts and of every installed pack, each once.

    A pack of somebody else's whose file cannot be imported is logged and left out; all others stay usable.
    """
    if "platform" not in _loaded:
        import_all(FILE)
        _loaded.add("platform")
    for source in find_sources():
        if source.kind != "builtin" and str(source.folder) not in _loaded:
            _loaded.add(str(source.folder))
            try:
                source.module(FILE)
            except Exception:
                log.exception("the capabilities of the pack %s cannot be imported and are left out", source.key)


def find_capability(name: str) -> Capability:
    """The capability of a name; raises NotFound `capabilities.unknown` with the nearest name there is."""
    if name not in _capabilities:
        load_capabilities()
    found = _capabilities.get(name)
    if found is None:
        near = guess(name, _capabilities) or ", ".join(sorted(_capabilities)) or "—"
        raise NotFound("capabilities.unknown", name=name, guess=near)
    return found


def all_capabilities() -> list[Capability]:
    load_capabilities()
    return [_capabilities[name] for name in sorted(_capabilities)]


@contextmanager
def replaced_capability(name: str, function: Callable[[Any], BaseModel]) -> Iterator[None]:
    """For tests: another function behind a name for a while, with the same types."""
    before = find_capability(name)
    fields = {**before.__dict__, "function": function}
    _capabilities[name] = Capability(**fields)
    try:
        yield
    finally:
        _capabilities[name] = before
