"""The air quality index as others call it: by name, with the pack's own property names."""

from __future__ import annotations

import pytest

from citybrain.hubs.intelligence.capabilities import find_capability


def aqi(**given):
    return find_capability("environment.aqi").call(given)


# worked by hand from table 1 of HJ 633—2012
BY_HAND = [
    ({"period": "day", "pm25": 36}, 52, ["pm25"]),  # 50 + 50 × 1/40 = 51.25
    ({"period": "day", "pm25": 75, "pm10": 150}, 100, ["pm10", "pm25"]),  # both exactly 100
    ({"period": "day", "co": 3.3}, 83, ["co"]),  # 50 + 50 × 1.3/2 = 82.5
    ({"period": "day", "so2": 600}, 170, ["so2"]),  # 150 + 50 × 125/325 = 169.23: daily limits
    ({"period": "hour", "so2": 600}, 134, ["so2"]),  # 100 + 50 × 100/150 = 133.33: hourly limits
    ({"period": "hour", "no2": 250}, 105, ["no2"]),  # 100 + 50 × 50/500
    ({"period": "day", "no2": 250}, 185, ["no2"]),  # 150 + 50 × 70/100
    ({"period": "hour", "co": 7}, 70, ["co"]),  # 50 + 50 × 2/5
    ({"period": "hour", "o3": 250}, 125, ["o3"]),  # 100 + 50 × 50/100
    ({"period": "hour", "o3": 250, "o3_8h": 180}, 125, ["o3"]),  # 8 h: 100 + 50 × 20/55 = 118.2: the greater counts
    ({"period": "day", "o3_8h": 900, "o3": 850}, 325, ["o3"]),  # 8 h ends at 800; 1 h: 300 + 100 × 50/200
    ({"period": "hour", "so2": 801, "so2_24h": 300}, 124, ["so2"]),  # 24 h: 100 + 50 × 150/325 = 123.08
    ({"period": "day", "pm25": 35, "o3": 160}, 50, []),  # nothing is primary up to 50
]


@pytest.mark.parametrize(("given", "index", "primary"), BY_HAND)
def test_values_worked_by_hand(given, index, primary):
    found = aqi(**given)
    assert (found.aqi, sorted(found.primary)) == (index, primary)


def test_what_is_missing_and_what_has_no_index_are_told():
    found = aqi(period="hour", so2=900, pm25=120, pm10=100)
    assert found.not_indexed == ["so2"]
    assert found.missing == ["no2", "co", "o3"]
    assert (found.level, found.title, found.colour) == (4, {"zh": "中度污染", "en": "Moderately polluted"}, "#FF0000")


def test_beyond_the_scale_is_500_and_marked():
    found = aqi(period="day", pm25=700)
    assert (found.aqi, found.level, found.beyond_scale) == (500, 6, True)


def test_a_day_from_its_hours():
    hours = [{"pm25": 75.0, "pm10": 80.0, "so2": 10.0, "no2": 30.0, "co": 0.8, "o3": 60.0 + hour} for hour in range(24)]
    found = find_capability("environment.aqi_of_day").call({"hours": hours})
    assert found.means["pm25_24h"] == 75
    assert found.means["o3_1h"] == 83
    assert found.means["o3_8h"] == pytest.approx(79.5), "the last eight hours, 76 to 83"
    assert found.index.aqi == 100
    assert found.index.primary == ["pm25"]


def test_a_day_without_enough_hours_has_no_index():
    found = find_capability("environment.aqi_of_day").call({"hours": [{"pm25": 75.0}] * 19 + [None] * 5})
    assert (found.means["pm25_24h"], found.hours["pm25"], found.index) == (None, 19, None)
