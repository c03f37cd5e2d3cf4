"""`citybrain texts train|classify|show`."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from citybrain.hubs.intelligence.texts.types import Trained

    Words = argparse._SubParsersAction[argparse.ArgumentParser]


def register(words: Words) -> None:
    texts = words.add_parser("texts", help="learn from labelled messages what kind of matter a report is about")
    verbs = texts.add_subparsers(dest="verb", required=True, metavar="VERB")

    train = verbs.add_parser("train", help="train a classifier from a CSV file and put it in use")
    train.add_argument("file", type=Path)
    train.add_argument("--text", action="append", required=True, metavar="COLUMN",
                       help="a column with text; the first of several is the subject and counts more")  # fmt: skip
    train.add_argument("--label", required=True, metavar="COLUMN")
    train.add_argument("--encoding", default="utf-8-sig")
    train.add_argument("--held-out", type=float, default=0.2, metavar="SHARE", help="measured on, not learnt from")
    train.add_argument("--repeats", type=int, default=5, help="other splits, for the spread of the figures")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--refit", action="store_true", help="after measuring, learn from the held-out part too")
    train.add_argument("--held-out-rows", type=Path, metavar="CSV", help="write the numbers of the held-out rows")
    train.set_defaults(run=run_train)

    classify = verbs.add_parser("classify", help="what kind of matter is this text about?")
    classify.add_argument("texts", nargs="+", metavar="TEXT")
    classify.set_defaults(run=run_classify)

    show = verbs.add_parser("show", help="the manifest of the classifier in use")
    show.set_defaults(run=run_show)


def run_train(options: argparse.Namespace) -> int:
    from citybrain.base.audit import system_actor
    from citybrain.hubs.intelligence.texts.actions import train_model
    from citybrain.hubs.intelligence.texts.types import TrainOptions

    trained = train_model(
        options.file,
        texts=options.text,
        label=options.label,
        encoding=options.encoding,
        options=TrainOptions(
            held_out=options.held_out, repeats=max(1, options.repeats), seed=options.seed, refit=options.refit
        ),
        actor=system_actor("texts"),
    )
    if options.held_out_rows:
        write_rows(options.held_out_rows, trained.held_out_rows)
    print_trained(trained)
    return 0


def write_rows(path: Path, rows: tuple[int, ...]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["row"])
        writer.writerows([row] for row in sorted(rows))


def print_trained(trained: Trained) -> None:
    manifest = trained.manifest
    metrics, repeated = manifest["metrics"], manifest["repeated"]
    print(f"model {trained.model}: {manifest['model_kind']['features']}, {manifest['model_kind']['model']}")
    print(f"learnt from {manifest['file']['rows']} messages, {len(manifest['labels'])} labels")
    for entry in manifest["file"]["unreadable"]:
        print(f"  line {entry['line']}: {entry['reason']}")
    print(f"held out (seed {manifest['seed']}): {metrics['rows']} messages, "
          f"accuracy {metrics['accuracy']:.3f}, macro-F1 {metrics['macro_f1']:.3f}")  # fmt: skip
    accuracy, f1 = (f"{repeated[key]['mean']:.3f} ± {repeated[key]['sd']:.3f}" for key in ("accuracy", "macro_f1"))
    print(f"{repeated['repeats']} splits: accuracy {accuracy}, macro-F1 {f1}, "
          f"calibration error {repeated['calibration_error']['mean']:.3f}")  # fmt: skip
    for label, one in metrics["labels"].items():
        print(f"  {label}: precision {one['precision']:.2f}, recall {one['recall']:.2f}, F1 {one['f1']:.2f} "
              f"({one['rows']} messages)")  # fmt: skip
    for one in metrics["thresholds"]:
        right = "–" if one["accuracy"] is None else f"{one['accuracy']:.1%}"
        print(f"  threshold {one['threshold']:.1f}: {one['classified']:.1%} classified, {right} of them right")


def run_classify(options: argparse.Namespace) -> int:
    from citybrain.hubs.intelligence.texts.queries import RUNNERS_UP, classify

    for text, found in zip(options.texts, classify(options.texts), strict=True):
        others = ", ".join(f"{label} {probability:.2f}" for label, probability in found.alternatives[:RUNNERS_UP])
        print(f"{found.label} {found.probability:.2f}  ({others})  {text}")
    return 0


def run_show(options: argparse.Namespace) -> int:
    from citybrain.hubs.intelligence.texts.queries import get_manifest

    print(json.dumps(get_manifest(), ensure_ascii=False, indent=1))
    return 0
