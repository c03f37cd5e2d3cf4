"""The HTTP door of parties, with people who have real duties."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.base.accounts import actions
from citybrain.base.accounts.roles import role_of
from citybrain.base.accounts.types import Viewer, grant_of
from citybrain.base.errors import Forbidden
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.parties.queries import get_organisation_to_change

API = "/api/v1/parties/organisations"


def test_the_tree_is_listed_in_its_order(cast):
    client = cast.client("handler")

    def codes(**wanted: object) -> list[str]:
        return [one["code"] for one in client.get(API, wanted).json()["items"]]

    assert codes() == ["gov", "eco", "urban", "urban-fancheng"]
    assert codes(parent="gov") == ["eco", "urban"]
    assert codes(parent="") == ["gov"]
    assert codes(under="/gov/urban/") == ["urban", "urban-fancheng"]
    assert codes(search="环境") == ["eco"]
    assert codes(search="urb") == ["urban", "urban-fancheng"]
    assert codes(kind="company") == []
    assert codes(is_active="false") == []


def test_organisations_are_read_by_their_codes_closed_ones_too(cast):
    Organisation.objects.filter(code="urban-fancheng").update(is_active=False)
    found = cast.client("handler").get(f"{API}?code=urban-fancheng&code=gov&code=nobody").json()["items"]
    assert [(one["code"], one["is_active"]) for one in found] == [("gov", True), ("urban-fancheng", False)]


def test_one_organisation_with_those_above_it_and_its_posts(cast):
    Post.objects.create(organisation=cast.team, code="b", name="乙")
    Post.objects.create(organisation=cast.team, code="a", name="甲")
    found = cast.client("handler").get(f"{API}/urban-fancheng").json()
    assert (found["parent"], found["region"], found["path"]) == ("urban", "420606", "/gov/urban/urban-fancheng/")
    assert [one["code"] for one in found["above"]] == ["gov", "urban"]
    assert [post["name"] for post in found["posts"]] == ["甲", "乙"]
    assert cast.client("handler").get(f"{API}/nobody").status_code == 404


def test_pages_follow_each_other(cast):
    client = cast.client("handler")
    first = client.get(API, {"limit": 3}).json()
    second = client.get(API, {"limit": 3, "after": first["next"]}).json()
    assert [one["code"] for one in first["items"] + second["items"]] == ["gov", "eco", "urban", "urban-fancheng"]
    assert second["next"] is None


@pytest.mark.parametrize("path", ["?limit=500", "/urban"])
def test_the_number_of_statements_does_not_grow_with_the_rows(cast, path, django_assert_num_queries):
    client = cast.token_client("handler")
    client.get(f"{API}{path}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{API}{path}")
    Organisation.objects.bulk_create(
        [
            Organisation(code=f"x{i}", name="x", parent=cast.organisation, path=f"/gov/urban/x{i}/", region=cast.county)
            for i in range(60)
        ]
    )
    with django_assert_num_queries(len(few)):
        client.get(f"{API}{path}")


def test_a_steward_keeps_the_tree(cast):
    client = cast.client("steward")
    body = {"code": "water", "name": "市水利局", "parent": "gov", "region": "4206"}
    made = client.post(API, body)
    assert made.status_code == 201
    assert (made.json()["path"], made.json()["posts"]) == ("/gov/water/", [])
    assert client.post(API, body).status_code == 409
    assert client.post(API, {**body, "code": "w2", "parent": "nobody"}).status_code == 404
    assert client.post(API, {**body, "code": "w2", "region": "999"}).status_code == 404
    assert client.post(API, {**body, "code": "w2", "colour": "red"}).status_code == 422

    renamed = client.patch(f"{API}/water", {"name": "市水务局", "kind": "bureau"}, "application/json").json()
    assert (renamed["name"], renamed["kind"], renamed["region"]) == ("市水务局", "bureau", "4206")
    assert client.post(f"{API}/water/posts", {"code": "duty", "name": "值班长"}).status_code == 201
    assert client.post(f"{API}/water/posts", {"code": "duty", "name": "值班长"}).status_code == 409
    assert client.post(f"{API}/water/move", {"parent": "eco"}).json()["path"] == "/gov/eco/water/"
    assert client.post(f"{API}/eco/move", {"parent": "water"}).status_code == 409
    assert client.post(f"{API}/eco/close").status_code == 409
    assert client.post(f"{API}/water/close").json()["is_active"] is False
    assert [one["code"] for one in client.get(API, {"is_active": "false"}).json()["items"]] == ["water"]


WRITES = [
    ("post", "", {"code": "n1", "name": "n", "parent": "gov"}),
    ("patch", "/urban", {"name": "n"}),
    ("post", "/urban/move", {"parent": "eco"}),
    ("post", "/urban-fancheng/close", {}),
    ("post", "/urban/posts", {"code": "p", "name": "p"}),
]


def everything() -> list[tuple]:
    posts = Post.objects.values_list("organisation__code", "code", "name").order_by("pk")
    return [*Organisation.objects.values_list("code", "name", "path", "is_active").order_by("pk"), *posts]


@pytest.mark.parametrize("who", ["dispatcher", "handler", "leader", "integrator", "citizen", "nobody", None])
@pytest.mark.parametrize(("verb", "path", "body"), WRITES)
def test_who_does_not_keep_the_tree_changes_nothing(cast, who, verb, path, body):
    client = cast.client(who) if who else cast.anonymous()
    before = everything()
    refused = getattr(client, verb)(f"{API}{path}", body, "application/json")
    assert refused.status_code == (403 if who else 401)
    assert everything() == before


@pytest.mark.parametrize("path", ["", "/urban"])
def test_nobody_reads_without_a_duty(cast, path):
    assert cast.anonymous().get(f"{API}{path}").status_code == 401
    assert cast.client("nobody").get(f"{API}{path}").status_code == 403


def test_a_steward_of_one_bureau_changes_only_that_bureau(cast):
    """He knows the whole directory, as everybody does, and changes his own part of it."""
    grant = grant_of(role_of("steward"), organisation_path=cast.organisation.path)
    steward = Viewer("user", 1, "user:1", "one bureau", (grant,))
    assert get_organisation_to_change("urban-fancheng", actor=steward) == cast.team
    with pytest.raises(Forbidden):
        get_organisation_to_change("eco", actor=steward)
    with pytest.raises(Forbidden):
        get_organisation_to_change("gov", actor=steward)


ROSTER = """code,name,parent,kind,region,name_en
urban,市城市管理局,gov,department,,Urban management bureau
lamps,路灯管理处,urban,office,,Street lighting office
eco,市生态环境局,urban,department,,
lost,无处可归,nowhere,office,,
broken,缺列
"""


def test_a_roster_is_tried_and_then_taken_and_wrong_rows_are_named_by_line(cast):
    client = cast.client("steward").english()
    body = {"file": "city.csv", "text": ROSTER}

    preview = client.post(f"{API}/import", {**body, "is_preview": True}).json()
    assert not Organisation.objects.filter(code="lamps").exists()
    taken = client.post(f"{API}/import", body).json()

    assert preview == taken
    assert (taken["created"], taken["changed"]) == (["lamps"], ["urban"])
    assert taken["moved"] == [{"code": "eco", "from_path": "/gov/eco/", "to_path": "/gov/urban/eco/"}]
    assert [(one["where"], one["code"]) for one in taken["refused"]] == [
        ("city.csv:6", "party.row_cells"),
        ("city.csv:5", "party.row_orphan"),
    ]
    assert Organisation.objects.get(code="lamps").path == "/gov/urban/lamps/"
    rows = {one["code"]: (one["where"], one["outcome"], one["was"]) for one in taken["rows"]}
    assert rows == {
        "lamps": ("city.csv:3", "created", {}),
        "urban": ("city.csv:2", "changed", {"name": "市城管执法委", "name_en": ""}),
        "eco": ("city.csv:4", "changed", {"parent": "gov"}),
    }
    again = client.post(f"{API}/import", body).json()
    assert (again["created"], again["changed"], again["moved"]) == ([], [], [])
    assert {one["outcome"] for one in again["rows"]} == {"same"}


def test_a_roster_may_be_json_with_tabs_and_its_entries_have_lines(cast):
    entry = '{"code": "lamps", "name": "路灯管理处", "parent": "urban",\n\t "children": [{"code": "a b", "name": "x"}]}'
    text = f"[\n\t{entry}\n]"
    taken = cast.client("steward").post(f"{API}/import", {"file": "city.json", "text": text}).json()
    assert [(one["where"], one["code"], one["outcome"]) for one in taken["rows"]] == [
        ("city.json:2", "lamps", "created")
    ]
    assert [one["where"] for one in taken["refused"]] == ["city.json:3"]


@pytest.mark.parametrize(
    ("file", "text", "status"), [("a.csv", "name\nx", 422), ("../a.csv", ROSTER, 422), ("a.exe", "", 422)]
)
def test_what_is_no_roster_is_refused(cast, file, text, status):
    assert cast.client("steward").post(f"{API}/import", {"file": file, "text": text}).status_code == status


def test_who_keeps_a_part_of_the_tree_imports_nothing(cast):
    user = cast.user("nobody")
    actions.grant_duty(user, actor=cast.viewer("administrator"), role="steward", organisation_path="/gov/urban/")
    refused = cast.client("nobody").post(f"{API}/import", {"file": "a.csv", "text": ROSTER})
    assert refused.status_code == 403
    assert not Organisation.objects.filter(code="lamps").exists()
