"""What crosses the border of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from citybrain.applications.operations.reports.models import Report

Words = dict[str, str]
Language = Literal["zh", "en"]
Format = Literal["html", "pdf", "xlsx"]


@dataclass(frozen=True)
class Place:
    """A region or an organisation that a report is about."""

    dimension: Literal["region", "organisation"]
    pk: int
    code: str
    path: str
    name: Words

    @property
    def paths(self) -> dict[str, str]:
        """Where its report stands, for the predicate."""
        is_region = self.dimension == "region"
        return {"region_path": self.path if is_region else "", "organisation_path": "" if is_region else self.path}


@dataclass(frozen=True)
class Span:
    """A day or a week of the city's calendar."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Built:
    """A report, and whether it was made just now or stood there with the same content."""

    report: Report
    is_new: bool


@dataclass(frozen=True)
class Document:
    """A report as a file."""

    name: str
    media_type: str
    content: bytes


Content = dict[str, Any]
