"""Between the door and the board: rows of several kinds become what a client reads."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import Any

from citybrain.applications.operations.desk.queries.board import Board
from citybrain.applications.operations.desk.types import Filled
from citybrain.base.notices.queries import time_zone
from citybrain.base.notices.texts import text_of


def board_shown(board: Board, language: str) -> dict[str, Any]:
    """The desk, its letters in the reader's language."""
    return {
        "at": board.at,
        "since": board.since,
        "moved": board.moved,
        "sections": [_section(filled, language) for filled in board.sections],
        "handovers": board.handovers,
    }


def _section(filled: Filled, language: str) -> dict[str, Any]:
    zone = time_zone() if filled.letters else UTC
    failure = _dead_letter if filled.section.page == "dead" else _failed_notice
    return {
        "key": filled.section.key,
        "page": filled.section.page,
        "query": filled.query,
        "about": filled.about,
        "cases": filled.cases,
        "signals": filled.signals,
        "letters": [_letter(row, language, zone) for row in filled.letters],
        "failures": [failure(row) for row in filled.failures],
    }


def _letter(letter: Any, language: str, zone: tzinfo) -> dict[str, Any]:
    notice = letter.notice
    title, text = text_of(notice.key).render(notice.data, language, zone)
    fields = {"id": letter.pk, "subject": notice.subject, "title": title, "text": text}
    return {**fields, "delivered_at": letter.delivered_at}


def _dead_letter(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "what": row.subscription, "subject": row.subject, "state": row.state, "attempts": row.attempts,
        "error": row.error, "at": row.last_at,
    }  # fmt: skip


def _failed_notice(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "what": row.key, "subject": row.subject, "state": row.state, "attempts": row.attempts,
        "error": row.error, "at": row.created_at,
    }  # fmt: skip
