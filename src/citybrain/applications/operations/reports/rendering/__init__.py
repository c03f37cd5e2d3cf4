"""From the kept content of a report to a file: a page, a PDF of that page, or a table."""

from __future__ import annotations

from collections.abc import Callable

from citybrain.applications.operations.reports.models import Report
from citybrain.applications.operations.reports.rendering.page import page_of
from citybrain.applications.operations.reports.rendering.printed import pdf_of
from citybrain.applications.operations.reports.rendering.sheet import sheet_of
from citybrain.applications.operations.reports.types import Document, Format, Language

MEDIA_TYPES: dict[Format, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
RENDERERS: dict[Format, Callable[[Report, Language, str], bytes]] = {
    "html": lambda report, language, origin: page_of(report, language, origin).encode(),
    "pdf": lambda report, language, origin: pdf_of(page_of(report, language, origin)),
    "xlsx": sheet_of,
}


def render(report: Report, format: Format, language: Language, origin: str = "") -> Document:
    """Raises Unavailable `reports.no_pdf` where the library for PDF is missing.

    `origin` is where this platform is reached (`https://city.example`): numbers then link to their explanations.
    """
    name = f"{report.key}-{report.code}-{report.start:%Y%m%d}-v{report.version}.{format}"
    return Document(name, MEDIA_TYPES[format], RENDERERS[format](report, language, origin))
