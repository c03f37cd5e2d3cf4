"""`signal.unclassified` is answered on the bus with `text.classified`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction

from citybrain.base.bus import Message, publish, run_once
from citybrain.base.bus.models import OutboxEvent
from citybrain.hubs.intelligence.capabilities import find_capability
from citybrain.hubs.intelligence.texts.messages import UnclassifiedText
from tests.hubs.intelligence.texts.test_texts import COLUMNS

pytestmark = pytest.mark.django_db


def ask(message: Message) -> dict[str, object]:
    with transaction.atomic():
        question = publish(message, subject="signal/17", region_path="/42/")
    run_once()
    answer = OutboxEvent.objects.get(type="text.classified")
    assert answer.subject == "signal/17"
    assert answer.cause == question
    data: dict[str, object] = json.loads(answer.data)
    return data


def test_the_answer_carries_label_probability_and_runners_up(
    citybrain: Callable[..., int], messages: Path, data_dir: Path, clock: object
) -> None:
    citybrain("texts", "train", messages, *COLUMNS)
    answer = ask(UnclassifiedText(signal_id=17, subject="出租车司机拒载", text="等了半小时的公交车"))
    assert answer["signal_id"] == 17
    assert answer["label"] == "交通"
    assert answer["probability"] > 0.8
    assert [label for label, _ in answer["alternatives"]] == sorted(
        ["市容", "教育"], key=[label for label, _ in answer["alternatives"]].index
    )
    assert answer["model"]


def test_it_is_a_capability_that_can_be_called_by_name(
    citybrain: Callable[..., int], messages: Path, data_dir: Path
) -> None:
    citybrain("texts", "train", messages, *COLUMNS)
    found = find_capability("texts.classify").call({"texts": [["幼儿园报不上名", "作业太多"], ["垃圾没人清理"]]})
    assert [one.label for one in found.texts] == ["教育", "市容"]
    assert all(len(one.alternatives) == 2 for one in found.texts)
    assert found.model


def test_without_a_model_the_answer_is_empty_so_that_a_person_decides_at_once(data_dir: Path, clock: object) -> None:
    answer = ask(UnclassifiedText(signal_id=17, subject="路灯不亮"))
    assert (answer["label"], answer["probability"]) == ("", 0)
