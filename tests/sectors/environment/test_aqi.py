"""The air quality index against values worked by hand from table 1 of HJ 633—2012; the working stands beside each."""

from __future__ import annotations

import pytest

from citybrain.sectors.environment.aqi import (
    class_of,
    daily,
    day_mean,
    day_quantities,
    greatest_eight_hour_mean,
    hourly,
    individual_index,
    sliding_mean,
    standard,
)

BY_HAND = [
    ("pm25_24h", 35, 50),  # a breakpoint itself
    ("pm25_24h", 36, 52),  # 50 + 50 × 1/40 = 51.25, rounded up
    ("pm25_24h", 120, 158),  # 150 + 50 × 5/35 = 157.14
    ("pm25_24h", 300, 350),  # 300 + 100 × 50/100
    ("pm25_24h", 499, 500),  # 400 + 100 × 149/150 = 499.33
    ("pm25_24h", 980, 500),  # beyond the table
    ("pm10_24h", 151, 101),  # 100 + 50 × 1/100 = 100.5
    ("pm10_24h", 420, 300),
    ("so2_24h", 60, 55),  # 50 + 50 × 10/100
    ("so2_1h", 800, 200),  # the last hourly value that has an index
    ("so2_1h", 801, None),  # note 2
    ("no2_1h", 150, 75),  # 50 + 50 × 50/100
    ("no2_24h", 81, 101),  # 100 + 50 × 1/100 = 100.5
    ("co_1h", 7.3, 73),  # 50 + 50 × 2.3/5
    ("co_24h", 4.1, 101),  # 100 + 50 × 0.1/10 = 100.5
    ("o3_1h", 200, 100),
    ("o3_1h", 1300, 500),  # beyond the table
    ("o3_8h", 161, 101),  # 100 + 50 × 1/55 = 100.91
    ("o3_8h", 800, 300),
    ("o3_8h", 801, None),  # note 3
    ("pm25_24h", 0, 0),
]


@pytest.mark.parametrize(("quantity", "concentration", "index"), BY_HAND)
def test_individual_indices_worked_by_hand(quantity, concentration, index):
    assert individual_index(quantity, concentration) == index


def test_the_greatest_index_is_the_aqi_and_names_the_primary_pollutant():
    air = daily({"pm25_24h": 120, "pm10_24h": 151, "so2_24h": 20, "no2_24h": 30, "co_24h": 1, "o3_8h": 90})

    assert air.value == 158
    assert air.primary == ("pm25",)
    assert air.exceeding == ("pm25", "pm10") or set(air.exceeding) == {"pm25", "pm10"}
    assert air.air_class is not None
    assert (air.air_class.level, air.air_class.title["zh"]) == (4, "中度污染")


def test_below_51_nothing_is_primary():
    assert daily({"pm25_24h": 35, "o3_8h": 100}).primary == ()


def test_pollutants_that_tie_are_all_primary():
    assert set(daily({"pm25_24h": 75, "o3_8h": 160}).primary) == {"pm25", "o3"}  # both 100


def test_hourly_sulphur_dioxide_above_800_is_judged_by_its_day():
    without = hourly({"so2_1h": 900, "pm25_24h": 35})
    with_day = hourly({"so2_1h": 900, "so2_24h": 475, "pm25_24h": 35})

    assert "so2" not in without.indices
    assert with_day.indices["so2"] == 150


def test_ozone_above_800_as_eight_hour_mean_is_judged_by_its_hour():
    assert daily({"o3_8h": 900, "o3_1h": 1000}).value == 400
    assert daily({"o3_8h": 900}).value is None


def test_beyond_the_table_is_500_and_says_so():
    air = daily({"pm25_24h": 620})
    assert (air.value, air.beyond) == (500, True)


def test_nothing_known_is_no_index():
    assert daily({"pm25_24h": None}).value is None
    assert daily({}).air_class is None


def test_a_concentration_below_zero_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        individual_index("pm25_24h", -1)
    with pytest.raises(ValueError, match="0 or more"):
        individual_index("pm25_24h", float("nan"))


@pytest.mark.parametrize(
    ("value", "level"), [(0, 1), (50, 1), (51, 2), (100, 2), (101, 3), (151, 4), (201, 5), (300, 5), (301, 6), (500, 6)]
)
def test_classes(value, level):
    assert class_of(value).level == level


def test_a_day_needs_twenty_hours():
    assert day_mean([10.0] * 20 + [None] * 4) == 10.0
    assert day_mean([10.0] * 19 + [None] * 5) is None


def test_sliding_means_need_their_hours():
    assert sliding_mean([None] * 20 + [8.0] * 6, 8) == 8.0
    assert sliding_mean([8.0] * 5 + [None] * 3, 8) is None
    assert sliding_mean([1.0] * 4 + [3.0] * 20, 24) == pytest.approx((4 + 60) / 24)


def test_the_greatest_eight_hours_of_ozone():
    """Hours 12 to 19 carry 200, all others 40: the window that ends at 20:00 is the greatest."""
    day = [40.0] * 12 + [200.0] * 8 + [40.0] * 4
    assert greatest_eight_hour_mean(day) == 200.0


def test_too_few_eight_hour_means_count_only_when_they_exceed():
    night_only = [None] * 12 + [100.0] * 12
    assert greatest_eight_hour_mean(night_only) is None  # windows that end at 18:00 … 24:00: 7 of 14
    assert greatest_eight_hour_mean([None] * 12 + [170.0] * 12) == 170.0


def test_a_day_from_its_hours():
    hours = {name: [value] * 24 for name, value in {"pm25": 120.0, "pm10": 100.0, "so2": 20.0, "no2": 30.0}.items()}
    hours |= {"co": [1.0] * 24, "o3": [90.0] * 24}
    assert daily(day_quantities(hours)).value == 158


def test_tables_rise_and_start_at_zero():
    for quantity, breakpoints in standard()["breakpoints"].items():
        assert breakpoints[0] == 0, quantity
        assert breakpoints == sorted(set(breakpoints)), quantity
