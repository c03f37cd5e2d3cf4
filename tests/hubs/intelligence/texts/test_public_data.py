"""What 712 real messages teach; the figures of a run stand in docs/real-runs.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from citybrain.hubs.intelligence.texts.queries import classify, get_manifest


@pytest.mark.data
@pytest.mark.django_db
def test_real_messages_are_classified_far_above_chance(
    citybrain: Callable[..., int], public_data: Path, data_dir: Path
) -> None:
    file = public_data / "01_hotline" / "taidi_labelled_dev.csv"
    citybrain("texts", "train", file, "--text", "留言主题", "--text", "留言详情", "--label", "一级标签", "--repeats", 1)
    metrics = get_manifest()["metrics"]
    assert 130 <= metrics["rows"] <= 150
    assert metrics["accuracy"] > 0.78, "five splits gave 0.841 ± 0.015"
    assert metrics["macro_f1"] > 0.76, "five splits gave 0.830 ± 0.022"
    assert metrics["calibration_error"] < 0.15
    assert classify([("拖欠农民工工资", "工地老板一直不发工资")])[0].label == "劳动和社会保障"
