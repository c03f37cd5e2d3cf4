"""Reading: classify texts with the model in use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from citybrain.hubs.intelligence.texts.store import ModelStore
from citybrain.hubs.intelligence.texts.types import Classified, Text

RUNNERS_UP = 3


@cache
def _store(folder: Path) -> ModelStore:
    return ModelStore(folder)


def model_store() -> ModelStore:
    return _store(Path(settings.DATA_DIR) / "models" / "texts")


def classify(texts: Sequence[Text]) -> list[Classified]:
    """The label of each text with its probability and the runners-up.

    A text may be given in the parts with which the model was trained (subject, details). Raises Unavailable with
    `texts.no_model` when none is trained, `texts.model_damaged` when its hash is wrong.
    """
    return model_store().current()[1].classify(texts)


def get_manifest() -> dict[str, Any]:
    """The manifest of the model in use: training file, date, versions, metrics, labels."""
    return model_store().manifest()
