"""Recognising what a report is about by the words that packs declare."""

from __future__ import annotations

import pytest

from citybrain.hubs.business.cases.wording import Guess, Kind, Wording, phrase_of, points_of

KEYWORDS = {
    "light": ["路灯", "灯 不亮/坏/闪", "street light"],
    "signal": ["红绿灯"],
    "parking": ["停车"],
    "car_park": ["停车场 收费"],
    "noise": ["噪声/噪音"],
    "noise.works": ["施工 噪声/噪音/吵"],
    "noise.home": ["邻居 噪声/噪音/吵"],
}


def wording(**thresholds: float) -> Wording:
    return Wording(
        {
            code: Kind(
                phrases=tuple(map(phrase_of, keywords)),
                above=(code.split(".", 1)[0],) if "." in code else (),
                threshold=thresholds.get(code.replace(".", "_"), 0.6),
            )
            for code, keywords in KEYWORDS.items()
        }
    )


def best(*parts: str) -> tuple[str, float]:
    guess = wording().read(parts)[0]
    return guess.code, guess.probability


def test_a_keyword_is_all_of_its_words_and_one_of_each():
    assert phrase_of("灯 不亮/坏/闪") == (("灯",), ("不亮", "坏", "闪"))
    assert phrase_of(" / ") == ()


@pytest.mark.parametrize(("word", "points"), [("路灯", 2), ("灯", 1), ("KTV".lower(), 2), ("a3区", 3), ("---", 0)])
def test_a_character_is_one_point_and_a_latin_word_two(word, points):
    assert points_of(word) == points


def test_the_probability_is_the_share_of_the_evidence():
    assert wording().read(["路灯"]) == [Guess("light", round(2 / 3, 4), ("路灯",), is_sure=True)]
    assert best("楼下的灯又坏了") == ("light", 0.6667)
    assert best("路灯旁停车") == ("light", 0.4)


def test_all_words_must_stand_in_one_sentence():
    assert wording().read(["门口有盏灯。昨天电梯坏了。"]) == []
    assert best("灯,昨天起\t坏了")[0] == "light"


def test_of_nested_words_only_the_longest_counts_whatever_its_kind():
    assert [guess.code for guess in wording().read(["红绿灯坏了"])] == ["signal"]
    assert [guess.code for guess in wording().read(["停车场乱收费"])] == ["car_park"]
    assert [guess.code for guess in wording().read(["停车场太小"])] == ["parking"], "its phrase is not complete"


def test_latin_words_are_found_whole_and_in_any_case():
    assert best("The Street Light at no. 5")[0] == "light"
    assert wording().read(["streets lighted"]) == []
    assert best("STREET light")[0] == "light", "full width"


def test_evidence_for_a_kind_speaks_for_those_below_it():
    assert wording().read(["噪音很大"])[0].code == "noise"
    works = wording().read(["施工噪音"])
    assert [(guess.code, guess.probability) for guess in works] == [("noise.works", round(6 / 7, 4))]


def test_where_single_kinds_are_in_doubt_the_one_above_them_is_taken():
    general, *singles = wording().read(["施工和邻居的噪音"])
    assert (general.code, general.probability, general.is_sure) == ("noise", round(10 / 11, 4), True)
    assert {guess.code for guess in singles} == {"noise.home", "noise.works"}
    assert wording(noise=0.95).read(["施工和邻居的噪音"])[0].code == "noise.home"


def test_a_long_text_makes_one_word_doubtful_and_its_subject_does_not():
    """A complaint of a page mentions many things by the way."""
    long = "小区里的事情" * 40 + "路灯"
    assert wording().read([long])[0] == Guess("light", 0.4, ("路灯",), is_sure=False)
    assert best("路灯不亮", long) == ("light", 0.6667)
    assert best("请尽快处理", "路灯") == ("light", 0.6667)


@pytest.mark.parametrize("parts", [[], [""], ["。。。"], ["你好"], ["a" * 5000]])
def test_where_nothing_is_said_nothing_is_found(parts):
    assert wording().read(parts) == []


def test_how_often_a_word_is_said_is_the_same():
    assert best("路灯,路灯,路灯!路灯") == best("路灯")
