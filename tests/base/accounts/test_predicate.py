"""One predicate decides everywhere: the ORM, DuckDB, a test on a dict and a test on a loaded row must agree."""

from __future__ import annotations

from itertools import product

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base import clock, conditions
from citybrain.base.accounts import Grant, Scope, Viewer, check_may, scoped, system_viewer, visible
from citybrain.base.conditions import dump, load, to_sql
from citybrain.base.errors import Forbidden, NotFound
from citybrain.base.files.models import File, FileShare, shared_with
from citybrain.base.querying import to_q

REGIONS = ["", "/42/", "/42/4206/", "/42/4206/420606/", "/42/42060/", "/43/"]
ORGANISATIONS = ["", "/a/", "/a/b/", "/a-b/", "/a.b/", "/a0/", "/b/"]
HOLDERS = [[], ["/a/"], ["/a/b/"], ["/a-b/", "/b/"], ["/a0/"]]
COLUMNS = {"region_path": "region_path", "organisation_path": "organisation_path", "holders": shared_with}
SCOPE = Scope(kind="thing of the test", read="case.read", columns=COLUMNS)
PERMISSIONS = ["case.read", "case.handle", "case.dispatch", "file.write"]

grants = st.builds(
    Grant,
    role=st.just("any"),
    permissions=st.frozensets(st.sampled_from(PERMISSIONS)),
    organisation_path=st.sampled_from(["/", *ORGANISATIONS[1:]]),
    region_path=st.sampled_from(["/", *REGIONS[1:]]),
    level=st.integers(1, 4),
    held=st.booleans(),
)


def viewer_with(*found: Grant) -> Viewer:
    return Viewer("user", 1, "user:1", "somebody", found)


@pytest.fixture
def rows(db):
    """Every combination of place, owner and holders, in the database and as dicts."""
    combinations = list(product(REGIONS, ORGANISATIONS, HOLDERS))
    files = File.objects.bulk_create(
        File(hash="", name=str(n), media_type="", size=0, uploader="", uploaded_at=clock.wall_now(), owner_kind="x",
             region_path=region, organisation_path=organisation)
        for n, (region, organisation, _) in enumerate(combinations)
    )  # fmt: skip
    FileShare.objects.bulk_create(
        FileShare(file=file, organisation_path=path)
        for file, (_, _, holders) in zip(files, combinations, strict=True)
        for path in holders
    )
    return {
        file.pk: {"region_path": region, "organisation_path": organisation, "holders": holders}
        for file, (region, organisation, holders) in zip(files, combinations, strict=True)
    }


@pytest.fixture
def lake(rows):
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (pk BIGINT, region_path TEXT, organisation_path TEXT, holders TEXT[])")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", [(pk, *row.values()) for pk, row in rows.items()])
    yield connection
    connection.close()


@given(found=st.lists(grants, max_size=4), permission=st.sampled_from(PERMISSIONS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_orm_duckdb_and_the_dict_agree_for_any_duties(rows, lake, found, permission):
    viewer = viewer_with(*found)
    condition = visible(viewer, SCOPE, permission)

    by_dict = {pk for pk, row in rows.items() if conditions.test(condition, row)}

    by_orm = list(File.objects.filter(to_q(condition, COLUMNS)).values_list("pk", flat=True))
    sql, parameters = to_sql(condition, {name: name for name in COLUMNS}, lists=frozenset({"holders"}))
    by_duckdb = {pk for (pk,) in lake.execute(f"SELECT pk FROM t WHERE {sql}", parameters).fetchall()}
    assert len(by_orm) == len(set(by_orm)), "a row came twice"
    assert set(by_orm) == by_dict
    assert by_duckdb == by_dict
    assert load(dump(condition)) == condition


@given(found=st.lists(grants, max_size=3), permission=st.sampled_from(PERMISSIONS))
@settings(max_examples=60, deadline=None)
def test_the_tree_says_what_the_rule_says(found, permission):
    """The rule in plain words, written a second time: within a duty both hold, between duties either; who held it keeps
    his sight, in his region, and as a handler everywhere.
    """
    viewer = viewer_with(*found)
    for region, organisation, holders in product(REGIONS, ORGANISATIONS, HOLDERS):
        expected = False
        for grant in found:
            if permission not in grant.permissions:
                continue
            in_region = grant.region_path == "/" or (region != "" and region.startswith(grant.region_path))
            in_organisation = grant.organisation_path == "/" or (
                organisation != "" and organisation.startswith(grant.organisation_path)
            )
            expected |= in_region and in_organisation
            if grant.organisation_path != "/" and permission == "case.read":
                held_it = any(path.startswith(grant.organisation_path) for path in holders)
                expected |= held_it and (grant.held or in_region)
            handles = permission in ("case.handle", "file.write")
            expected |= handles and grant.held and grant.organisation_path != "/" and in_organisation
        row = {"region_path": region, "organisation_path": organisation, "holders": holders}
        assert conditions.test(visible(viewer, SCOPE, permission), row) is expected


@given(mine=st.lists(grants, max_size=3), wanted=grants)
@settings(max_examples=150, deadline=None)
def test_what_is_covered_reaches_no_row_beyond(mine, wanted):
    """If `covers` allows a grant to be given away, no row opens to the receiver that the giver could not reach."""
    giver, receiver = viewer_with(*mine), viewer_with(wanted)
    if not giver.covers(wanted):
        return
    for permission in wanted.permissions:
        for region, organisation, holders in product(REGIONS, ORGANISATIONS, HOLDERS):
            row = {"region_path": region, "organisation_path": organisation, "holders": holders}
            if conditions.test(visible(receiver, SCOPE, permission), row):
                assert conditions.test(visible(giver, SCOPE, permission), row)


def test_nothing_is_visible_without_a_duty(rows):
    assert list(File.objects.filter(to_q(visible(viewer_with(), SCOPE), COLUMNS))) == []


def test_a_row_without_place_is_seen_from_the_root_only(rows):
    everywhere = viewer_with(Grant("any", frozenset({"case.read"})))
    county = viewer_with(Grant("any", frozenset({"case.read"}), region_path="/42/"))
    nowhere = {"region_path": "", "organisation_path": "", "holders": []}
    assert conditions.test(visible(everywhere, SCOPE), nowhere)
    assert not conditions.test(visible(county, SCOPE), nowhere)


def test_check_may_tells_hidden_from_not_yours(cast):
    """What one cannot see does not exist; what one sees but may not change is somebody else's."""
    user = cast.user("handler")
    check_may(cast.viewer("administrator"), "account.write", on=user)
    with pytest.raises(Forbidden):
        check_may(cast.viewer("dispatcher"), "account.write", on=user)
    with pytest.raises(Forbidden):
        check_may(cast.viewer("auditor"), "account.write", on=user)
    only_eco = viewer_with(Grant("any", frozenset({"account.read", "account.write"}), cast.other_organisation.path))
    with pytest.raises(NotFound):
        check_may(only_eco, "account.write", on=user)
    sees_all = Grant("any", frozenset({"account.read"}))
    with pytest.raises(Forbidden):
        check_may(viewer_with(sees_all, *only_eco.grants), "account.write", on=user)


def test_the_system_reaches_everything(cast):
    assert scoped(system_viewer(), type(cast.user("nobody")).objects.all()).count() == len(cast.names)
