"""Which region a text names: only beyond doubt, and it says why."""

from __future__ import annotations

import pytest

from citybrain.base.places.names import NamedRegion, NameIndex

REGIONS = [
    ("4206", "/4206/", "city", "襄阳市"),
    ("420606", "/4206/420606/", "county", "樊城区"),
    ("420606001", "/4206/420606/420606001/", "street", "王寨街道"),
    ("420606002", "/4206/420606/420606002/", "street", "高新区团山镇"),
    ("420602", "/4206/420602/", "county", "襄城区"),
    ("420624", "/4206/420624/", "county", "南漳县"),
    ("420624100", "/4206/420624/420624100/", "street", "城关镇"),
    ("420625", "/4206/420625/", "county", "谷城县"),
    ("420625100", "/4206/420625/420625100/", "street", "城关镇"),
    ("420684", "/4206/420684/", "county", "宜城市"),
    ("420684100", "/4206/420684/420684100/", "street", "流水镇"),
    ("420684101", "/4206/420684/420684101/", "street", "龙头街道"),
]
INDEX = NameIndex(NamedRegion(*row) for row in REGIONS)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("襄阳市樊城区王寨街道长虹路12号", "420606001"),
        ("樊城区 王寨街道 长虹路", "420606001"),
        ("樊城区王寨办事处门前积水", "420606001"),
        ("王寨街办", "420606001"),
        ("樊城长虹路路灯不亮", "420606"),
        ("团山镇邓城大道", "420606002"),
        ("高新区团山镇邓城大道", "420606002"),
        ("谷城县城关镇粉水路", "420625100"),
        ("谷城城关粉水路", "420625100"),
        ("宜城市流水镇", "420684100"),
        ("宜城流水镇", "420684100"),
        ("襄阳市民之家", "4206"),
    ],
)
def test_the_deepest_region_named(text, code):
    found = INDEX.find(text)
    assert (found.region_code, found.why) == (code, "named")
    assert found.words


@pytest.mark.parametrize("text", ["", "路灯不亮", "下水道流水不畅", "水龙头坏了", "小区停水三天没人管"])
def test_everyday_words_name_nothing(text):
    found = INDEX.find(text)
    assert (found.region_code, found.why) == (None, "absent")


@pytest.mark.parametrize("text", ["樊城路有积水", "樊城大道与襄城路路口", "襄城小学门口"])
def test_a_road_or_a_school_is_not_the_region_it_is_named_after(text):
    assert INDEX.find(text).why == "absent"


def test_a_shared_name_alone_is_ambiguous():
    found = INDEX.find("城关镇农贸市场")
    assert (found.region_code, found.why) == (None, "ambiguous")
    assert found.candidates == ("420624100", "420625100")


def test_two_regions_named_are_ambiguous_and_only_what_holds_both_is_given():
    assert INDEX.find("从樊城区到襄城区的公交").region_code is None
    found = INDEX.find("襄阳市樊城区与襄城区交界处")
    assert (found.region_code, found.why, found.candidates) == ("4206", "ambiguous", ("420602", "420606"))


def test_only_regions_under_a_path_count():
    assert INDEX.find("城关镇农贸市场", under="/4206/420625/").region_code == "420625100"
    assert INDEX.find("樊城区长虹路", under="/4206/420625/").why == "absent"


def test_an_empty_city_has_no_names():
    assert NameIndex([]).find("樊城区").why == "absent"
