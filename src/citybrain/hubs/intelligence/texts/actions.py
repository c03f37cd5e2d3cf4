"""Writing: train a model. It needs scikit-learn; who only asks the model does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from sklearn import __version__ as sklearn_version

from citybrain.base import audit, clock
from citybrain.base.audit import Actor
from citybrain.base.errors import BadInput
from citybrain.hubs.intelligence.texts.labelled import read_labelled
from citybrain.hubs.intelligence.texts.model import TextModel
from citybrain.hubs.intelligence.texts.queries import model_store
from citybrain.hubs.intelligence.texts.training import Corpus, describe, train
from citybrain.hubs.intelligence.texts.types import Trained, TrainingFile, TrainOptions


def train_model(
    path: Path, *, texts: Sequence[str], label: str, options: TrainOptions, actor: Actor, encoding: str = "utf-8-sig"
) -> Trained:
    """Train on the labelled messages of a CSV file, measure on the held-out part, and put the model in use.

    Raises BadInput when the file cannot be used; the model in use then stays. Learning takes a minute or more, during
    which nothing is locked.
    """
    if not 0.05 <= options.held_out <= 0.5:
        raise BadInput("texts.held_out", share=options.held_out)
    file = read_labelled(path, texts=texts, label=label, encoding=encoding)
    corpus = Corpus(file.rows)
    outcome, repeated = train(corpus, options)
    manifest = {
        "trained_at": clock.wall_now().isoformat(timespec="seconds"),
        "file": _describe_file(file, texts, label),
        "versions": {"scikit-learn": sklearn_version},
        "labels": list(corpus.labels),
        "model_kind": describe(outcome.chosen),
        "temperature": round(outcome.model.temperature, 4),
        "held_out_share": options.held_out,
        "seed": options.seed,
        "refitted_on_all_rows": options.refit,
        "metrics": outcome.measured,
        "repeated": repeated,
        "tried": outcome.tried,
    }
    name = _put_in_use(outcome.model, manifest, actor=actor)
    held_out = tuple(corpus.rows[row].row for row in outcome.held_out)
    return Trained(name, {"model": name, **manifest}, held_out)


@transaction.atomic
def _put_in_use(model: TextModel, manifest: dict[str, Any], *, actor: Actor) -> str:
    name = model_store().save(model, manifest)
    file, metrics = manifest["file"], manifest["metrics"]
    headline = {key: metrics[key] for key in ("accuracy", "macro_f1")}
    audit.record(
        actor, "model.trained", kind="text_model", key=name, file=file["sha256"], rows=file["rows"], **headline
    )
    return name


def _describe_file(file: TrainingFile, texts: Sequence[str], label: str) -> dict[str, Any]:
    return {
        "name": file.name,
        "sha256": file.sha256,
        "texts": list(texts),
        "label": label,
        "rows": len(file.rows),
        "unreadable": [{"line": line, "reason": reason} for line, reason in file.unreadable],
    }
