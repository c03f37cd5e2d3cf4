"""How alike two texts are, and when two addresses are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.accounts.redaction import without_contacts
from citybrain.hubs.business.signals.similarity import address_key, normalise_text, similarity

TEXTS = st.text(alphabet="路灯不亮人民街坏了请修 abcxyz019,。!?A", max_size=60) | st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_and_bounded(one, other):
    found = similarity(one, other)
    assert found == similarity(other, one)
    assert found is None or 0.0 <= found <= 1.0


@given(TEXTS)
def test_a_text_is_most_like_itself(text):
    found = similarity(text, text)
    assert found is None or found == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("one", "other", "at_least"),
    [
        ("路灯不亮", "人民路与建设路交叉口路灯不亮了好几天,请尽快维修", 0.35),
        ("尊敬的领导您好,小区门口占道经营", "小区门口占道经营,请处理!", 0.9),
        ("Pothole on Main Street", "pothole, MAIN STREET", 0.85),
        ("ROAD blocked", "ROAD blocked", 0.99),
    ],
)
def test_the_same_matter_in_other_words_is_alike(one, other, at_least):
    assert similarity(one, other) >= at_least


@pytest.mark.parametrize(
    ("one", "other"),
    [("路灯不亮", "孩子上学要交学费"), ("Garbage in yard", "Street light is out"), ("停水", "噪音")],
)
def test_another_matter_is_not_alike(one, other):
    assert similarity(one, other) < 0.2


@pytest.mark.parametrize("text", ["", "。", "急", "!!!", "  "])
def test_who_says_nothing_is_not_compared(text):
    assert similarity(text, "路灯不亮") is None


def test_normalising_folds_width_case_and_courtesy():
    assert normalise_text("尊敬的领导您好!LED路灯,不亮。") == "led 路灯 不亮"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("湖北省襄阳市樊城区人民路12号", "人民路 12 号"),
        ("樊城区幸福小区3栋", "幸福小区3栋"),
        ("襄阳市樊城区前进路与长虹路交叉口", "前进路与长虹路交叉口"),
        ("樊城区王寨街道人民路5号", "樊城区人民路5号"),
        ("3400 GARRISON BLVD, BALTIMORE, MD, 21215", "3400 Garrison Boulevard, Baltimore City"),
        ("N. Eutaw Street & West Preston St", "N EUTAW ST & W PRESTON ST, BALTIMORE"),
    ],
)
def test_two_spellings_of_one_address(one, other):
    assert address_key(one) == address_key(other) != ""


@pytest.mark.parametrize("address", ["", "樊城区", "人民路", "Baltimore", "幸福小区"])
def test_a_street_or_a_district_is_not_an_address(address):
    assert address_key(address) == ""


def test_two_houses_are_two_addresses():
    assert len({address_key(a) for a in ("人民路12号", "人民路13号", "建设路12号", "人民路12号3栋")}) == 4


@given(st.text(max_size=80))
def test_any_text_has_one_stable_key(address):
    key = address_key(address)
    assert len(key) <= 200
    assert key == "" or address_key(key) in (key, "") or len(address_key(key)) < len(key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我的电话13800001234,请回电", "我的电话***,请回电"),
        ("电话 138 0000 1234", "电话 ***"),
        ("身份证42060219900101123X", "身份证***"),
        ("座机0710-3456789", "座机***"),
        ("mail to ab.c@example.org now", "mail to *** now"),
        ("订单号20260302000001", "订单号20260302000001"),
        ("人民路12号", "人民路12号"),
    ],
)
def test_contacts_are_taken_out_of_free_text(text, expected):
    assert without_contacts(text) == expected


def test_the_reporter_s_name_is_taken_out_too():
    assert without_contacts("张三丰家门口路灯不亮", names=("张三丰",)) == "***家门口路灯不亮"
