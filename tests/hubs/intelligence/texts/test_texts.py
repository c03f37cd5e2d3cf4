"""Learning from labelled messages, and being asked."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from citybrain.base.audit.models import Record
from citybrain.base.errors import BadInput, Unavailable
from citybrain.hubs.intelligence.texts.features import clean, tokens
from citybrain.hubs.intelligence.texts.model import TextModel
from citybrain.hubs.intelligence.texts.queries import classify, get_manifest
from tests.hubs.intelligence.texts.conftest import write_messages

Run = Callable[..., int]
COLUMNS = ("--text", "主题", "--text", "详情", "--label", "标签", "--repeats", 1)

pytestmark = pytest.mark.django_db


def test_what_was_learnt_is_said_with_a_probability(
    citybrain: Run, messages: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert citybrain("texts", "train", messages, *COLUMNS) == 0
    said = capsys.readouterr().out
    assert "learnt from 120 messages, 3 labels" in said
    assert "held out (seed 1):" in said

    school, nothing = classify([("幼儿园报不上名", "老师说作业太多"), "zzz"])
    assert school.label == "教育"
    assert school.probability > 0.8
    assert school.probability + sum(p for _, p in school.alternatives) == pytest.approx(1, abs=0.001)
    assert nothing.probability == pytest.approx(1 / 3, abs=0.001), "a text that says nothing is nobody's"

    assert citybrain("texts", "classify", "公交车等了半小时") == 0
    assert capsys.readouterr().out.startswith("交通 1.00 ")


def test_the_manifest_proves_where_a_model_comes_from(
    citybrain: Run, messages: Path, data_dir: Path, tmp_path: Path
) -> None:
    held_out = tmp_path / "held-out.csv"
    citybrain("texts", "train", messages, *COLUMNS, "--held-out", 0.25, "--held-out-rows", held_out)

    manifest = get_manifest()
    assert manifest["labels"] == ["交通", "市容", "教育"]
    assert manifest["file"]["rows"] == 120
    assert len(manifest["file"]["sha256"]) == 64
    assert manifest["versions"]["scikit-learn"]
    assert manifest["metrics"]["rows"] == 30
    assert {one["threshold"] for one in manifest["metrics"]["thresholds"]} >= {0.5, 0.6}
    assert len(manifest["tried"]) == 8

    with held_out.open() as file:
        rows = [int(row["row"]) for row in csv.DictReader(file)]
    assert len(rows) == 30
    assert rows == sorted(set(rows))
    assert (data_dir / "models" / "texts" / f"{manifest['model']}.npz").is_file()

    recorded = Record.objects.get(action="model.trained")
    assert recorded.object_key == manifest["model"]


def test_the_same_file_and_seed_give_the_same_model(citybrain: Run, messages: Path, data_dir: Path) -> None:
    citybrain("texts", "train", messages, *COLUMNS)
    first = get_manifest()["model"]
    citybrain("texts", "train", messages, *COLUMNS)
    assert get_manifest()["model"] == first


def test_a_changed_model_is_not_loaded(citybrain: Run, messages: Path, data_dir: Path) -> None:
    citybrain("texts", "train", messages, *COLUMNS)
    name = get_manifest()["model"]
    folder = data_dir / "models" / "texts"
    content = bytearray((folder / f"{name}.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / f"{name}.npz").write_bytes(content)
    (folder / "current.json").write_text(json.dumps({"model": name, "again": True}))

    with pytest.raises(Unavailable) as refused:
        classify(["红绿灯"])
    assert refused.value.code == "texts.model_damaged"


def test_without_a_model_it_says_what_to_do(data_dir: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        classify(["红绿灯"])
    assert "citybrain texts train" in refused.value.cure("en")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.write_bytes("主题,详情,标签\n路灯,不亮,市容\n".encode("gb18030")), "texts.file_unreadable"),
        (lambda path: path.write_text("a,b\n1,2\n"), "texts.columns_missing"),
        (lambda path: path.write_text("主题,详情,标签\n" + "路灯,不亮,市容\n" * 30), "texts.too_few"),
        (lambda path: write_messages(path, each=9), "texts.too_few"),
        (lambda path: path.unlink(), "texts.file_unreadable"),
    ],
)
def test_a_file_that_cannot_teach_is_refused_and_the_model_in_use_stays(
    citybrain: Run, messages: Path, data_dir: Path, spoil: Callable[[Path], object], code: str
) -> None:
    spoil(messages)
    with pytest.raises(BadInput) as refused:
        citybrain("texts", "train", messages, *COLUMNS)
    assert refused.value.code == code
    assert not (data_dir / "models").exists()


def test_unreadable_rows_are_named_by_line_and_the_others_teach(
    citybrain: Run, messages: Path, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with messages.open("a", newline="", encoding="utf-8") as file:
        file.write('"两行\n的主题",x,\n,,教育\n')
    citybrain("texts", "train", messages, *COLUMNS)
    said = capsys.readouterr().out
    assert "line 123: no label" in said
    assert "line 124: no text" in said


def test_other_encodings_are_named(citybrain: Run, tmp_path: Path, data_dir: Path) -> None:
    path = write_messages(tmp_path / "gb.csv", encoding="gb18030")
    assert citybrain("texts", "train", path, *COLUMNS, "--encoding", "gb18030") == 0


def test_masks_numbers_and_spaces_teach_nothing() -> None:
    here = clean("A7县 西地省\n\t路灯 不亮,电话 13800001234")
    there = clean("B市路灯不亮,电话13911119999")
    assert here.split() == there.split() == ["路灯不亮,电话0"]
    assert "0" in tokens("13800001234", "characters-2")


def test_the_stored_arrays_classify_exactly_as_scikit_learn(messages: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    from citybrain.hubs.intelligence.texts.labelled import read_labelled
    from citybrain.hubs.intelligence.texts.training import Candidate, Corpus, fit

    rows = read_labelled(messages, texts=["主题", "详情"], label="标签").rows
    corpus = Corpus(rows)
    every = np.arange(len(rows))
    model = fit(corpus, Candidate("words+characters-2", 3, 2.0), every, 0.2)
    model = TextModel.from_bytes(model.to_bytes())

    documents = [tokens(row.parts, "words+characters-2") for row in rows]
    vectoriser = TfidfVectorizer(analyzer=lambda document: document, sublinear_tf=True, min_df=3)
    classifier = LinearSVC(C=2.0, class_weight="balanced", random_state=0)
    expected = classifier.fit(vectoriser.fit_transform(documents), corpus.truth).decision_function(
        vectoriser.transform(documents)
    )
    for row, scores in zip(rows, expected, strict=True):
        assert model.scores(row.parts) == pytest.approx(scores)


def test_two_labels_are_enough(tmp_path: Path, citybrain: Run, data_dir: Path) -> None:
    path = tmp_path / "two.csv"
    rows = [["主题", "详情", "标签"]]
    rows += [[f"垃圾{'堆' * n}", "没人清理", "市容"] for n in range(15)]
    rows += [[f"公交{'车' * n}", "等了半小时", "交通"] for n in range(15)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    citybrain("texts", "train", path, *COLUMNS)
    found = classify(["垃圾没人清理", "公交车等了半小时"])
    assert [one.label for one in found] == ["市容", "交通"]
