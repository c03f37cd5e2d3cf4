"""What citizens write: varied, as people write, and no sentence twice within five hundred."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from citybrain.base.packs import load_packs
from citybrain.lab.life.deciding import sayings
from citybrain.lab.life.reports import Reports
from citybrain.lab.life.staff import read_kind
from citybrain.lab.life.weather import Weather
from citybrain.lab.life.wording import VOICES, request, sentences, turn, wide, words
from citybrain.lab.life.world import World

ENOUGH = 5_000


def written(world: World, seed: int, streams: int, people: int) -> list[str]:
    city = replace(world, seed=seed, people=people)
    reports, found = Reports(city, Weather(seed), streams=streams), []
    day = 20_650
    while len(found) < ENOUGH:
        found += [sentence for one in reports.day(day) for sentence in sentences(one.row["text"])]
        day += 1
    return found


@pytest.mark.parametrize(("seed", "streams", "people"), [(1, 1, 100_000), (2, 4, 100_000), (3, 8, 200_000)])
def test_no_sentence_comes_twice_within_five_hundred(world, seed, streams, people):
    found = written(world, seed, streams, people)
    last: dict[str, int] = {}
    near = []
    for place, sentence in enumerate(found):
        if place - last.get(sentence, -(10**9)) <= 500:
            near.append(sentence)
        last[sentence] = place

    assert len(found) >= ENOUGH
    assert near == []


def test_every_form_comes_once_before_any_comes_twice():
    for count in (7, 96, 1_296, 11_520):
        assert len({turn(n, count, 13) for n in range(1_000, 1_000 + count)}) == count


def test_people_write_like_people(world):
    """Polite, curt, angry and in dialect; some with a slip; in Chinese punctuation; nobody leaves a gap unfilled."""
    texts = [one.row["text"] for day in range(20_650, 20_690) for one in Reports(world, Weather(4), streams=8).day(day)]
    joined = "".join(texts)

    for mark in ("谢谢", "！", "撒", "尽快"):
        assert mark in joined
    assert any(wrong in joined for wrong in words().typos.values())
    assert not re.search(r"[{}]", joined)
    assert not re.search(r"[\u4e00-\u9fff],", joined)
    assert len({text[:4] for text in texts}) > 40


def test_several_people_report_the_same_in_different_words(world):
    together: dict[tuple[str, str], list[str]] = {}
    reports = Reports(world, Weather(world.seed), streams=8)
    for day in range(20_650, 20_700):
        for one in reports._raw(day):
            together.setdefault((one.kind.type, f"{one.address.lon},{one.address.lat},{day}"), []).append(one.said[0])
    several = [texts for texts in together.values() if len(texts) > 1]

    assert several
    assert sum(len(set(texts)) == len(texts) for texts in several) > 0.95 * len(several)


def test_places_and_kinds_are_mostly_right_and_sometimes_wrong(world):
    reports = [one for day in range(20_650, 20_720) for one in Reports(world, Weather(1), streams=4).day(day)]
    named = [one for one in reports if "case_type" in one.row]
    wrong = [one for one in named if read_kind(one.row["text"]) not in ("", one.row["case_type"])]
    nowhere = [one for one in reports if "lon" not in one.row and "region" not in one.row]

    assert 0 < len(wrong) < 0.08 * len(named)
    assert 0 < len(nowhere) < 0.1 * len(reports)
    assert 0.1 < sum(one.channel == "grid" for one in reports) / len(reports) < 0.25
    assert all(re.fullmatch(r"154\d{8}", one.row["reporter"]["phone"]) for one in reports if "reporter" in one.row)


@pytest.mark.django_db
def test_every_kind_is_one_that_the_packs_declare():
    from citybrain.base.accounts import system_viewer
    from citybrain.hubs.business.cases.queries import case_types

    load_packs(actor=system_viewer("test"))

    assert {kind.type for kind in words().kinds} <= set(case_types())


def test_a_reader_finds_the_kind_in_the_words():
    for kind in words().kinds:
        for what in kind.what:
            assert read_kind(f"你好，人民路12号{what}。")
    assert read_kind("说不清楚的事") == ""


def test_the_four_voices_differ():
    assert len({request(voice, 5, 1) for voice in VOICES}) == 4


def test_chinese_punctuation_beside_chinese_only():
    assert wide("你好,12:30见!") == "你好，12:30见！"


def test_staff_has_something_to_say_of_every_scene():
    from citybrain.lab.life.pictures import SCENES

    assert set(sayings()["finish"]) <= set(SCENES)
    assert {kind.picture for kind in words().kinds} - {""} <= set(sayings()["finish"])
