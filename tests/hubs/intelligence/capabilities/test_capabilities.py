"""A closed list of algorithms, called by name from Python and over HTTP."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, Field

from citybrain.base.errors import BadInput, NotFound
from citybrain.base.packs.scaffold import make_pack
from citybrain.hubs.intelligence.capabilities import (
    all_capabilities,
    capability,
    find_capability,
    registry,
    replaced_capability,
)

TITLE = {"zh": "翻倍", "en": "Double"}


class Number(BaseModel):
    value: float = Field(ge=0)


@pytest.fixture
def doubling():
    @capability("test.double", version="1.2.0", title=TITLE, input=Number, output=Number, source="arithmetic")
    def double(given: Number) -> Number:
        return Number(value=2 * given.value)

    yield double
    del registry._capabilities["test.double"]


def test_a_capability_is_called_by_name_with_typed_input_and_output(doubling):
    found = find_capability("test.double")
    assert (found.version, found.source) == ("1.2.0", "arithmetic")
    assert found.call({"value": 21}) == Number(value=42)
    assert found.call(Number(value=1)) == Number(value=2)


def test_wrong_input_names_the_field(doubling):
    with pytest.raises(BadInput) as refused:
        find_capability("test.double").call({"value": -1})
    assert refused.value.code == "capabilities.input"
    assert [wrong.field for wrong in refused.value.fields] == ["value"]


def test_a_name_is_taken_once(doubling):
    with pytest.raises(ValueError, match="twice"):
        capability("test.double", version="2.0.0", title=TITLE, input=Number, output=Number)(doubling)


@pytest.mark.parametrize(
    ("name", "title"), [("double", TITLE), ("test.x", {"zh": "x"}), ("test.y", {"zh": "", "en": "y"})]
)
def test_a_capability_has_a_full_name_and_a_title_in_both_languages(name, title):
    with pytest.raises(ValueError, match="needs a name"):
        capability(name, version="1.0.0", title=title, input=Number, output=Number)


def test_it_can_be_replaced_in_a_test(doubling):
    with replaced_capability("test.double", lambda given: Number(value=7)):
        assert find_capability("test.double").call({"value": 1}) == Number(value=7)
    assert find_capability("test.double").call({"value": 1}) == Number(value=2)


def test_an_answer_of_another_type_is_a_fault_of_the_code(doubling):
    with replaced_capability("test.double", lambda given: 42), pytest.raises(TypeError, match="declared is Number"):
        find_capability("test.double").call({"value": 1})


def test_an_unknown_name_says_the_nearest(doubling):
    with pytest.raises(NotFound) as refused:
        find_capability("test.duoble")
    assert refused.value.data["guess"] == "test.double"


def test_the_packs_of_the_platform_bring_theirs():
    names = [one.name for one in all_capabilities()]
    assert {"environment.aqi", "environment.aqi_of_day", "traffic.congestion_index"} <= set(names)
    assert names == sorted(names)
    assert all(one.title["zh"] and one.title["en"] and one.source for one in all_capabilities())


def test_a_pack_in_the_data_directory_brings_its_own_with_its_refusals(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    folder = make_pack("river-test", tmp_path / "packs")
    (folder / "errors.yaml").write_text(
        "river-test.dry:\n  title: {zh: 没有水, en: There is no water}\n  cure: {zh: 等雨。, en: Wait for rain.}\n"
    )
    (folder / "capabilities.py").write_text(
        "from pydantic import BaseModel\n"
        "from citybrain.base.errors import BadInput\n"
        "from citybrain.hubs.intelligence.capabilities import capability\n"
        "class Level(BaseModel):\n    level: float\n"
        "TITLE = {'zh': '深', 'en': 'Depth'}\n"
        "@capability('river-test.depth', version='1.0.0', title=TITLE, input=Level, output=Level)\n"
        "def depth(given: Level) -> Level:\n"
        "    if given.level <= 0:\n        raise BadInput('river-test.dry')\n"
        "    return given\n"
    )
    try:
        assert find_capability("river-test.depth").call({"level": 2}).level == 2
        with pytest.raises(BadInput, match="There is no water"):
            find_capability("river-test.depth").call({"level": 0})
    finally:
        registry._capabilities.pop("river-test.depth", None)


@pytest.mark.django_db
class TestAtTheDoor:
    def test_listed_with_the_schemas_of_what_goes_in_and_out(self, cast):
        shown = {one["name"]: one for one in cast.client("leader").get("/api/v1/capabilities").json()}
        assert shown["environment.aqi"]["input"]["required"] == ["period"]
        assert "aqi" in shown["environment.aqi"]["output"]["properties"]
        one = cast.client("leader").get("/api/v1/capabilities/environment.aqi").json()
        assert one == shown["environment.aqi"]

    def test_called(self, cast):
        answer = cast.client("leader").post("/api/v1/capabilities/environment.aqi", {"period": "day", "pm25": 120})
        assert answer.status_code == 200, answer.content
        assert answer.json()["output"]["aqi"] == 158
        assert answer.json()["version"] == "1.0.0"

    @pytest.mark.parametrize(
        ("name", "body", "status", "code"),
        [
            ("environment.aqui", {}, 404, "capabilities.unknown"),
            ("environment.aqi", {"period": "year"}, 422, "capabilities.input"),
            ("environment.aqi", {"period": "day", "pm25": -1}, 422, "capabilities.input"),
            ("environment.aqi", {"period": "day", "pm25": "NaN"}, 422, "capabilities.input"),
            ("environment.aqi", {"period": "day", "pm26": 1}, 422, "capabilities.input"),
            ("environment.aqi", {"period": "day"}, 422, "environment.no_index"),
            ("environment.aqi", {"period": "hour", "so2": 900}, 422, "environment.no_index"),
        ],
    )
    def test_refused(self, cast, name, body, status, code):
        answer = cast.client("leader").english().post(f"/api/v1/capabilities/{name}", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["detail"]

    def test_not_for_everybody(self, cast):
        assert cast.client("citizen").get("/api/v1/capabilities").status_code == 403
        assert cast.client("nobody").post("/api/v1/capabilities/environment.aqi", {}).status_code == 403
        assert cast.anonymous().get("/api/v1/capabilities").status_code == 401
