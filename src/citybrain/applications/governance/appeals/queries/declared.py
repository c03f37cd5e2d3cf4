"""What packs say to citizens, put together; read again when a pack was loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from citybrain.applications.governance.appeals.manifest import AppealsFile, Category, Progress
from citybrain.applications.governance.appeals.models import Declaration
from citybrain.base.packs.declared import Text
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries import catalogue
from citybrain.hubs.business.cases.queries.catalogue import Catalogue

DEFAULTS = Path(__file__).resolve().parents[1] / "defaults.yaml"
REOPEN_DAYS = 15


@dataclass(frozen=True)
class Declared:
    """The words of the whole city to its citizens."""

    categories: tuple[Category, ...]
    words: Mapping[tuple[str, str], Progress]
    by_kind: Mapping[str, Progress]
    not_public: tuple[str, ...]
    reopen_days: int

    def category(self, key: str) -> Category | None:
        return next((one for one in self.categories if one.key == key), None)

    def progress(self, case: Case, cases: Catalogue) -> Progress:
        """Where a case stands, in plain words: as its loop's pack says, else by the kind of its state."""
        loop = cases.loop(case.loop_id).definition
        found = self.words.get((loop.key, case.state))
        if found is not None:
            return found
        kind = loop.state_by_key[case.state].kind
        if kind == "ended":
            return self.by_kind.get(f"ended.{case.outcome}") or self.by_kind["ended"]
        return self.by_kind["held" if kind == "waiting" and case.organisation_path else kind]

    def is_public(self, case_type: str, cases: Catalogue) -> bool:
        """Whether citizens may know of cases of this kind that are not their own."""
        path = cases.types[case_type].path
        return not any(f"/{code}/" in path for code in self.not_public)

    def public_types(self, cases: Catalogue) -> list[int]:
        """The kinds of case of which citizens may know, by key of the row."""
        return [view.pk for view in cases.types.values() if self.is_public(view.code, cases)]


def declared() -> Declared:
    """The declarations in force; one query."""
    rows = Declaration.objects.order_by("pack").values_list("definition", flat=True)
    return _put_together(json.dumps(list(rows), sort_keys=True))


@lru_cache(maxsize=4)
def _put_together(texts: str) -> Declared:
    defaults = yaml.safe_load(DEFAULTS.read_text(encoding="utf-8"))
    files = [AppealsFile.model_validate(one) for one in [{"progress": defaults["progress"]}, *json.loads(texts)]]
    categories = {item.key: item for file in files for item in file.categories}
    last = categories.pop("other", None) or Category.model_validate(defaults["other"])
    days = [file.reopen_days for file in files if file.reopen_days is not None]
    return Declared(
        categories=(*categories.values(), last),
        words={
            (one.loop, state): said for file in files for one in file.progress for state, said in one.states.items()
        },
        by_kind={kind: Progress.model_validate(said) for kind, said in defaults["kinds"].items()},
        not_public=tuple(code for file in files for code in file.not_public),
        reopen_days=max(days, default=REOPEN_DAYS),
    )


def title_of(case: Case, cases: Catalogue | None = None) -> Text:
    """What a case is called in public: its kind, never the words of whoever reported it."""
    return Text.model_validate((cases or catalogue()).types_by_pk[case.case_type_id].title)
