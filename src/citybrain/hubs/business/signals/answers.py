"""Between the door and the actions: bodies become rows, receipts and signals become what a client reads."""

from __future__ import annotations

from typing import Any

from citybrain.base.accounts.types import Viewer
from citybrain.base.errors import BadInput, FieldError
from citybrain.hubs.business.cases.queries.reports import visible_numbers
from citybrain.hubs.business.signals.models import Signal
from citybrain.hubs.business.signals.queries import reporter_of
from citybrain.hubs.business.signals.types import Receipt


def rows_of(body: Any) -> list[Any]:
    """One row or many; raises BadInput for anything else."""
    if isinstance(body, dict):
        return [body]
    if isinstance(body, list):
        return body
    raise BadInput("input.invalid", fields=(FieldError("", "input.list"),))


def receipt_of(receipt: Receipt, body: Any, language: str) -> dict[str, Any]:
    """The receipt with reasons in the reader's language; a single row that was refused raises BadInput instead."""
    if isinstance(body, dict) and receipt.rejected:
        one = receipt.rejected[0]
        raise BadInput("input.invalid", fields=(FieldError(one.field, one.code, one.data),))
    return {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "rejected": [
            {"index": one.index, **FieldError(one.field, one.code, one.data).document(language)}
            for one in receipt.rejected
        ],
        "ids": list(receipt.ids),
    }


def detail_of(viewer: Viewer, signal: Signal) -> dict[str, Any]:
    """A signal with its masked reporter and those of its candidates that the viewer may see."""
    plain = {field.attname: getattr(signal, field.attname) for field in Signal._meta.concrete_fields}
    seen = visible_numbers(viewer, [candidate["case"] for candidate in signal.candidates])
    return {
        **plain,
        "reporter": reporter_of(viewer, signal),
        "candidates": [candidate for candidate in signal.candidates if candidate["case"] in seen],
    }
