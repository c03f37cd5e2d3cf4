"""Live events."""

from __future__ import annotations

from tests.site.rights import LOOKING, Row

ROWS = [Row("POST", "/live/ticket", LOOKING)]
