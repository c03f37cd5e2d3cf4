"""The sections of packs: which file a hub reads, how it is typed, checked, applied and proved.

base knows no hub. Each hub registers its section when Django starts (`AppConfig.ready()`):

    packs.register_section(file="cases.yaml", schema=CasesFile, check=check_cases, apply=apply_cases,
                           names={"case_type": lambda parsed: parsed.case_types})
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

if TYPE_CHECKING:
    from citybrain.base.audit import Actor
    from citybrain.base.packs.contents import Contents
    from citybrain.base.packs.findings import Findings


class Apply(Protocol):
    """Upserts rows; may answer warnings (what this city lacks), which are kept and shown and stop nothing."""

    def __call__(self, pack: Contents, parsed: Any, *, actor: Actor) -> Iterable[object] | None: ...


Check = Callable[["Contents", Any, "Findings"], None]
Names = Mapping[str, Callable[[Any], Iterable[str]]]


@dataclass(frozen=True)
class Section:
    """One kind of file in a pack.

    `file` is a name, or a pattern with `*` for a section of many files (`history/*.yaml`). `check` adds what the schema
    cannot say. `apply` upserts rows, is idempotent, and runs in the transaction of the load. `names` tells, by kind,
    which names the file declares, so that other sections can refer to them; they begin with the pack's key, unless
    `prefixed` is off for names that people choose from. `prove` runs the pack's own tests
    (`citybrain packs test`). Sections are applied by `order`, then by file.
    """

    file: str
    schema: type[BaseModel]
    check: Check | None = None
    apply: Apply | None = None
    names: Names = field(default_factory=dict)
    prove: Check | None = None
    order: int = 100
    prefixed: bool = True

    def owns(self, relative: str) -> bool:
        return fnmatchcase(relative, self.file)


_sections: dict[str, Section] = {}


def register_section(
    *,
    file: str,
    schema: type[BaseModel],
    check: Check | None = None,
    apply: Apply | None = None,
    names: Names | None = None,
    prove: Check | None = None,
    order: int = 100,
    prefixed: bool = True,
) -> Section:
    """Make a file of packs known; raises ValueError when it is already registered."""
    if file in _sections:
        raise ValueError(f"the pack section {file} is registered twice")
    section = _sections[file] = Section(file, schema, check, apply, names or {}, prove, order, prefixed)
    return section


def sections() -> list[Section]:
    return sorted(_sections.values(), key=lambda section: (section.order, section.file))


def section_of(relative: str) -> Section | None:
    """The section that reads a file (its path inside the pack), or None."""
    return next((section for section in sections() if section.owns(relative)), None)


@contextmanager
def replaced_sections(*replacements: Section) -> Iterator[None]:
    """For tests: exactly these sections for a while."""
    before = dict(_sections)
    _sections.clear()
    _sections.update({section.file: section for section in replacements})
    try:
        yield
    finally:
        _sections.clear()
        _sections.update(before)
