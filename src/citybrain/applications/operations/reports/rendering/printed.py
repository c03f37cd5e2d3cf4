"""A page as PDF, by WeasyPrint; it draws with Pango, which the system has to bring."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from PIL import ImageFile

from citybrain.base.errors import Unavailable


def pdf_of(page: str) -> bytes:
    """The page printed on A4; raises Unavailable `reports.no_pdf` where Pango is missing."""
    html, offline = _printer()
    printed: bytes = html(string=page, url_fetcher=offline).write_pdf()
    return printed


@cache
def _printer() -> tuple[Any, Any]:
    """WeasyPrint, imported when it is first asked for: it is slow to load, and cannot be loaded everywhere."""
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):  # they tell every step of every page
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        from weasyprint import HTML  # noqa: PLC0415
        from weasyprint.urls import URLFetcher  # noqa: PLC0415
    except OSError as error:
        raise Unavailable("reports.no_pdf") from error
    ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint sets it for the whole process; uploads want whole pictures
    return HTML, URLFetcher(allowed_protocols=())  # a report brings everything with it: nothing is fetched
