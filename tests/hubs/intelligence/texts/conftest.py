"""A training set that was made for the tests: three kinds of matter, a hundred short messages, places masked."""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from citybrain.hubs.intelligence.texts import commands

MATTERS = {
    "市容": (
        ["垃圾", "油烟", "占道经营", "乱贴小广告", "下水道"],
        ["没人清理", "堵住人行道", "臭气熏天", "请处理"],
    ),
    "交通": (["红绿灯", "公交车", "停车位", "斑马线", "出租车"], ["高峰堵车", "等了半小时", "司机拒载", "路口太危险"]),
    "教育": (["学校", "老师", "幼儿园", "补课班", "食堂"], ["收费太高", "报不上名", "作业太多", "学生中毒"]),
}


def write_messages(path: Path, *, each: int = 40, encoding: str = "utf-8-sig") -> Path:
    chance = random.Random(7)
    rows = []
    for label, (subjects, complaints) in MATTERS.items():
        for number in range(each):
            subject, complaint = chance.choice(subjects), chance.choice(complaints)
            place = f"{chance.choice('ABK')}{chance.randint(1, 9)}区"
            details = f"{place}{chance.choice(subjects)}{complaint},已经{number}天了,电话1380000{number:04d}"
            rows.append([f"{place}{subject}{complaint}{number}", details, label])
    chance.shuffle(rows)
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([["主题", "详情", "标签"], *rows])
    return path


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    return write_messages(tmp_path / "messages.csv")


@pytest.fixture
def data_dir(tmp_path: Path, settings: object) -> Path:
    """A data directory of the test's own, so that its models are nobody else's."""
    settings.DATA_DIR = tmp_path / "city"  # type: ignore[attr-defined]
    return tmp_path / "city"


@pytest.fixture
def citybrain() -> Callable[..., int]:
    """`citybrain("texts", "train", …)`: the command line of this package."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers(required=True))

    def run(*arguments: object) -> int:
        options = parser.parse_args([str(argument) for argument in arguments])
        return int(options.run(options))

    return run
