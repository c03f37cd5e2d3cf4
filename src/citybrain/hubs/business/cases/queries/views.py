"""A case as lists, maps and pages show it: the row, with the words of its kind and its loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citybrain.base import clock
from citybrain.hubs.business.cases.loops import LoopDefinition
from citybrain.hubs.business.cases.models import Case
from citybrain.hubs.business.cases.queries.catalogue import Catalogue
from citybrain.hubs.business.cases.queries.timeline import outcome_words
from citybrain.hubs.business.cases.types import CaseTypeView


@dataclass
class CaseView:
    """One case in a list; columns of the row are read through."""

    case: Case
    declared: Catalogue

    def __getattr__(self, name: str) -> Any:
        return getattr(self.case, name)

    @property
    def kind(self) -> CaseTypeView:
        return self.declared.types_by_pk[self.case.case_type_id]

    @property
    def loop(self) -> LoopDefinition:
        return self.declared.loop(self.case.loop_id).definition

    @property
    def case_type(self) -> str:
        return self.kind.code

    @property
    def case_type_title(self) -> dict[str, str]:
        return self.kind.title

    @property
    def state_title(self) -> dict[str, str]:
        return self.loop.state_by_key[self.case.state].title.model_dump()

    @property
    def state_kind(self) -> str:
        return self.loop.state_by_key[self.case.state].kind

    @property
    def stage_title(self) -> dict[str, str]:
        return next(stage.title.model_dump() for stage in self.loop.stages if stage.key == self.case.stage)

    @property
    def outcome_title(self) -> dict[str, str] | None:
        return outcome_words(self.case.outcome) if self.case.outcome else None

    @property
    def organisation(self) -> str | None:
        return self.case.organisation.code if self.case.organisation else None

    @property
    def organisation_name(self) -> str | None:
        return self.case.organisation.name if self.case.organisation else None

    @property
    def organisation_name_en(self) -> str:
        return self.case.organisation.name_en if self.case.organisation else ""

    @property
    def is_overdue(self) -> bool:
        case = self.case
        return case.due_at is not None and case.closed_at is None and case.due_at < clock.now()

    @property
    def is_supervised(self) -> bool:
        return self.case.supervised_at is not None
