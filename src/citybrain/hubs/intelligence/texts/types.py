"""Values that cross the border of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Text = str | Sequence[str]
"""One text, or its parts in the order in which the model was trained (subject first, then the details)."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The best label of a text with its calibrated probability, and the runners-up, best first."""

    label: str
    probability: float
    alternatives: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One labelled message of a training file; `row` is its number in the file, the first data row being 1."""

    row: int
    parts: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """The readable rows of a training file, the others as (line, reason), and the hash of its bytes."""

    name: str
    sha256: str
    rows: tuple[Labelled, ...]
    unreadable: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How to train: the share held out, how often the whole procedure is repeated, and whether to refit at the end.

    Without `refit` the stored model has never seen the held-out rows of the first repeat, and its metrics are its own.
    With it the stored model learns from all rows, and the metrics are those of the procedure.
    """

    held_out: float = 0.2
    repeats: int = 5
    folds: int = 5
    seed: int = 1
    refit: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """What came out of a training: the model's id, the manifest as stored, and the held-out row numbers."""

    model: str
    manifest: Mapping[str, Any]
    held_out_rows: tuple[int, ...]
