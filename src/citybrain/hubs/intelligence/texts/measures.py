"""How good a classifier is: figures from the true labels and the probabilities of texts it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, log_loss, precision_recall_fscore_support

from citybrain.hubs.intelligence.texts.model import Floats

THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
BINS = 10


def measure(labels: Sequence[str], truth: NDArray[np.int64], probabilities: Floats) -> dict[str, Any]:
    """Accuracy, macro-F1, per label; log loss, calibration error; what a threshold leaves to a person."""
    best, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    every = list(range(len(labels)))
    precision, recall, f1, support = precision_recall_fscore_support(truth, best, labels=every, zero_division=0.0)
    return {
        "rows": len(truth),
        "accuracy": round(float(accuracy_score(truth, best)), 4),
        "macro_f1": round(float(f1_score(truth, best, labels=every, average="macro", zero_division=0.0)), 4),
        "log_loss": round(float(log_loss(truth, probabilities, labels=every)), 4),
        "calibration_error": round(calibration_error(best == truth, sure), 4),
        "labels": {
            label: {
                "precision": round(float(precision[index]), 3),
                "recall": round(float(recall[index]), 3),
                "f1": round(float(f1[index]), 3),
                "rows": int(support[index]),
            }
            for index, label in enumerate(labels)
        },
        "thresholds": [_at_threshold(limit, best == truth, sure) for limit in THRESHOLDS],
    }


def _at_threshold(limit: float, right: NDArray[np.bool_], sure: Floats) -> dict[str, float | None]:
    taken = sure >= limit
    return {
        "threshold": limit,
        "classified": round(float(taken.mean()), 4),
        "accuracy": round(float(right[taken].mean()), 4) if taken.any() else None,
    }


def calibration_error(right: NDArray[np.bool_], sure: Floats) -> float:
    """Expected calibration error over ten equal bins (Guo et al. 2017): |share right − mean probability|, weighted."""
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[bins == one].mean()) - float(sure[bins == one].mean())) * float((bins == one).mean())
        for one in range(BINS)
        if (bins == one).any()
    ]
    return sum(gaps)


def spread(measured: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """Mean and sample standard deviation of the headline figures over repeated splits."""
    return {
        name: {
            "mean": round(mean(one[name] for one in measured), 4),
            "sd": round(stdev(one[name] for one in measured), 4) if len(measured) > 1 else 0.0,
        }
        for name in ("accuracy", "macro_f1", "log_loss", "calibration_error")
    }
