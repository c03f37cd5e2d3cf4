"""Training: which features and which linear model, found by cross-validation on the training part only.

1. Rows that say the same (equal subject) form a group; no split ever puts a group on both sides.
2. Every candidate is cross-validated on the training part; the best macro-F1 wins, the simpler one on a tie.
3. The winner's out-of-fold scores give the temperature that makes its probabilities honest (Guo et al. 2017).
4. The winner, fitted on the whole training part, is measured once on the held-out part.

The whole procedure is repeated with other splits, so that the figure comes with its spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import f1_score, log_loss
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.svm import LinearSVC

from citybrain.hubs.intelligence.texts.features import fingerprint, tokens
from citybrain.hubs.intelligence.texts.measures import measure, spread
from citybrain.hubs.intelligence.texts.model import Floats, TextModel, softmax
from citybrain.hubs.intelligence.texts.types import Labelled, TrainOptions

Rows = NDArray[np.int64]
TEMPERATURES = np.geomspace(0.02, 5.0, 120)


@dataclass(frozen=True)
class Candidate:
    """One way to classify: kind of features, least number of documents a feature stands in, strength C of the SVM."""

    features: str
    min_documents: int
    strength: float


CANDIDATES = tuple(
    Candidate(features, min_documents, strength)
    for features, min_documents in (("words", 2), ("characters-2", 3), ("characters-3", 3), ("words+characters-2", 3))
    for strength in (0.5, 2.0)
)


@dataclass(frozen=True)
class Outcome:
    """A model, what it reached on the rows it has not seen, and how it was chosen."""

    model: TextModel
    chosen: Candidate
    tried: list[dict[str, Any]]
    measured: dict[str, Any]
    held_out: Rows


class Corpus:
    """The labelled rows with their features, analysed once, and the groups of rows that say the same."""

    def __init__(self, rows: Sequence[Labelled]):
        self.rows = rows
        self.labels = tuple(sorted({row.label for row in rows}))
        place = {label: index for index, label in enumerate(self.labels)}
        self.truth = np.array([place[row.label] for row in rows], dtype=np.int64)
        self.groups = np.unique([fingerprint(row.parts) for row in rows], return_inverse=True)[1]
        self._tokens: dict[str, list[list[str]]] = {}

    def tokens(self, kind: str, rows: Rows) -> list[list[str]]:
        if kind not in self._tokens:
            self._tokens[kind] = [tokens(row.parts, kind) for row in self.rows]
        return [self._tokens[kind][row] for row in rows]

    def split(self, rows: Rows, parts: int, seed: int) -> list[tuple[Rows, Rows]]:
        """Stratified, grouped folds of `rows`: [(train, test)]."""
        folds = StratifiedGroupKFold(parts, shuffle=True, random_state=seed)
        cut = folds.split(rows, self.truth[rows], self.groups[rows])
        return [(rows[train], rows[test]) for train, test in cut]


def train(corpus: Corpus, options: TrainOptions) -> tuple[Outcome, dict[str, Any]]:
    """The outcome of the first split, and the spread over all of them."""
    outcomes = [train_once(corpus, options, options.seed + number) for number in range(options.repeats)]
    first = outcomes[0]
    if options.refit:
        everything = np.arange(len(corpus.rows))
        model = fit(corpus, first.chosen, everything, first.model.temperature)
        first = Outcome(model, first.chosen, first.tried, first.measured, first.held_out)
    return first, {
        "repeats": options.repeats,
        "seeds": [options.seed + number for number in range(options.repeats)],
        "chosen": [describe(one.chosen) for one in outcomes],
        **spread([one.measured for one in outcomes]),
    }


def train_once(corpus: Corpus, options: TrainOptions, seed: int) -> Outcome:
    everything = np.arange(len(corpus.rows))
    train_rows, held_out = corpus.split(everything, max(2, round(1 / options.held_out)), seed)[0]
    folds = corpus.split(train_rows, options.folds, seed)
    tried = [(candidate, out_of_fold(corpus, candidate, train_rows, folds)) for candidate in CANDIDATES]
    scored = [
        (f1_score(corpus.truth[train_rows], scores.argmax(axis=1), average="macro"), candidate, scores)
        for candidate, scores in tried
    ]
    _, chosen, scores = max(scored, key=lambda one: one[0])
    temperature = honest_temperature(corpus.truth[train_rows], scores)
    model = fit(corpus, chosen, train_rows, temperature)
    probabilities = np.stack([model.probabilities(corpus.rows[row].parts) for row in held_out])
    return Outcome(
        model=model,
        chosen=chosen,
        tried=[{**describe(candidate), "cv_macro_f1": round(float(f1), 4)} for f1, candidate, _ in scored],
        measured=measure(corpus.labels, corpus.truth[held_out], probabilities),
        held_out=held_out,
    )


def out_of_fold(corpus: Corpus, candidate: Candidate, rows: Rows, folds: Sequence[tuple[Rows, Rows]]) -> Floats:
    """Scores [rows, labels], each row scored by a model that has not seen it."""
    scores = np.zeros((int(rows.max()) + 1, len(corpus.labels)))
    for train_rows, test_rows in folds:
        vectoriser, classifier = _fitted(corpus, candidate, train_rows)
        features = vectoriser.transform(corpus.tokens(candidate.features, test_rows))
        coefficients, intercept = _spread_over_labels(classifier, len(corpus.labels))
        scores[test_rows] = features @ coefficients.T + intercept
    return scores[rows]


def fit(corpus: Corpus, candidate: Candidate, rows: Rows, temperature: float) -> TextModel:
    vectoriser, classifier = _fitted(corpus, candidate, rows)
    coefficients, intercept = _spread_over_labels(classifier, len(corpus.labels))
    return TextModel(
        labels=corpus.labels,
        features=candidate.features,
        vocabulary=tuple(str(token) for token in vectoriser.get_feature_names_out()),
        idf=np.asarray(vectoriser.idf_, dtype=np.float64),
        coefficients=coefficients,
        intercept=intercept,
        temperature=temperature,
    )


def _fitted(corpus: Corpus, candidate: Candidate, rows: Rows) -> tuple[TfidfVectorizer, LinearSVC]:
    vectoriser = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, min_df=candidate.min_documents)
    features = vectoriser.fit_transform(corpus.tokens(candidate.features, rows))
    classifier = LinearSVC(C=candidate.strength, class_weight="balanced", random_state=0)
    return vectoriser, classifier.fit(features, corpus.truth[rows])


def _as_they_are(found: list[str]) -> list[str]:
    return found


def _spread_over_labels(classifier: LinearSVC, labels: int) -> tuple[Floats, Floats]:
    """One row of coefficients for each label: two labels have one row, and a rare one may be missing in a fold."""
    known, coefficients, intercept = classifier.classes_, classifier.coef_, classifier.intercept_
    if len(known) == 2:
        coefficients, intercept = np.vstack([-coefficients, coefficients]), np.hstack([-intercept, intercept])
    full, shift = np.zeros((labels, coefficients.shape[1])), np.full(labels, -2.0)
    full[known], shift[known] = coefficients, intercept
    return full, shift


def honest_temperature(truth: NDArray[np.int64], scores: Floats) -> float:
    """The temperature whose probabilities have the least log loss on scores of unseen rows."""
    every = list(range(scores.shape[1]))
    losses = [log_loss(truth, softmax(scores, temperature), labels=every) for temperature in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def describe(candidate: Candidate) -> dict[str, Any]:
    return {
        "features": candidate.features,
        "min_documents": candidate.min_documents,
        "model": "LinearSVC, balanced, temperature-scaled",
        "strength": candidate.strength,
    }
