"""A trained text model: a linear model over TF-IDF as plain arrays, so that loading it runs no foreign code.

score = coefficients · tfidf(text) + intercept; probability = softmax(score / temperature). TF-IDF is scikit-learn's
with sublinear term frequency: (1 + ln count) · idf, then scaled to length one.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from citybrain.hubs.intelligence.texts.features import tokens
from citybrain.hubs.intelligence.texts.types import Classified, Text

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TextModel:
    """Labels [L], features [F] with their inverse document frequency, coefficients [L, F], intercept [L]."""

    labels: tuple[str, ...]
    features: str  # kind of analysis, a key of features.ANALYSERS
    vocabulary: tuple[str, ...]
    idf: Floats
    coefficients: Floats
    intercept: Floats
    temperature: float

    @cached_property
    def _place(self) -> dict[str, int]:
        return {token: index for index, token in enumerate(self.vocabulary)}

    @cached_property
    def _by_feature(self) -> Floats:
        return np.ascontiguousarray(self.coefficients.T)

    def scores(self, text: Text) -> Floats | None:
        """The score of each label, or None when the text holds nothing that the model knows."""
        place = self._place
        counted = Counter(index for token in tokens(text, self.features) if (index := place.get(token)) is not None)
        if not counted:
            return None
        indices = np.fromiter(counted.keys(), dtype=np.int64, count=len(counted))
        weights = (1 + np.log(np.fromiter(counted.values(), dtype=np.float64, count=len(counted)))) * self.idf[indices]
        weights /= np.sqrt(weights @ weights)
        return weights @ self._by_feature[indices] + self.intercept

    def probabilities(self, text: Text) -> Floats:
        """One probability for each label; all equal when the text says nothing that the model knows."""
        scores = self.scores(text)
        if scores is None:
            return np.full(len(self.labels), 1 / len(self.labels))
        return softmax(scores, self.temperature)

    def classify(self, texts: Sequence[Text]) -> list[Classified]:
        return [self._classified(self.probabilities(text)) for text in texts]

    def _classified(self, probabilities: Floats) -> Classified:
        order = np.argsort(-probabilities, kind="stable")
        ranked = [(self.labels[index], round(float(probabilities[index]), 4)) for index in order]
        return Classified(label=ranked[0][0], probability=ranked[0][1], alternatives=tuple(ranked[1:]))

    def to_bytes(self) -> bytes:
        """A NumPy archive without pickled objects."""
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            labels=_packed(self.labels),
            features=_packed((self.features,)),
            vocabulary=_packed(self.vocabulary),
            idf=self.idf,
            coefficients=self.coefficients,
            intercept=self.intercept,
            temperature=np.array(self.temperature),
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> TextModel:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return cls(
                labels=_unpacked(archive["labels"]),
                features=_unpacked(archive["features"])[0],
                vocabulary=_unpacked(archive["vocabulary"]),
                idf=archive["idf"],
                coefficients=archive["coefficients"],
                intercept=archive["intercept"],
                temperature=float(archive["temperature"]),
            )


def softmax(scores: Floats, temperature: float) -> Floats:
    """Scores [..., L] to probabilities, numerically safe."""
    raised = np.exp((scores - scores.max(axis=-1, keepdims=True)) / temperature)
    summed: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return summed


def _packed(strings: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(strings).encode(), dtype=np.uint8)


def _unpacked(packed: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(packed.tobytes().decode().split("\n"))
