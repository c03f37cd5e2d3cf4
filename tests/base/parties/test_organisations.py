"""The organisation tree: paths stay right, every change leaves evidence and a message."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.audit import system_actor
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import BadInput, Conflict, NotFound
from citybrain.base.parties.actions import (
    change_organisation,
    close_organisation,
    create_organisation,
    create_post,
    import_organisations,
    move_organisation,
)
from citybrain.base.parties.models import Organisation, Post
from citybrain.base.parties.queries import organisation_of
from citybrain.base.parties.types import OrganisationRow, PostRow

STEWARD = system_actor("steward")


def stored() -> dict[str, str]:
    return dict(Organisation.objects.values_list("code", "path"))


def by_walking() -> dict[str, str]:
    """The path of every organisation, worked out from the parents alone."""
    all_of_them = {one.pk: one for one in Organisation.objects.all()}

    def path(one: Organisation) -> str:
        return f"{path(all_of_them[one.parent_id]) if one.parent_id else '/'}{one.code}/"

    return {one.code: path(one) for one in all_of_them.values()}


def make_tree(shape: list[int | None]) -> list[Organisation]:
    made: list[Organisation] = []
    for number, parent in enumerate(shape):
        above = made[parent] if parent is not None else None
        made.append(create_organisation(actor=STEWARD, code=f"o{number}", name=f"O{number}", parent=above))
    return made


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parents=st.lists(st.none() | st.integers(0, 100), min_size=3, max_size=9),
    moves=st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=12),
)
def test_paths_stay_right_under_random_moves(parents, moves):
    """Several trees, moves between them and to a root of one's own; a circle is refused and changes nothing."""
    with transaction.atomic():
        tree = make_tree([None, *(None if n is None else n % (i + 1) for i, n in enumerate(parents))])
        for what, where in moves:
            one, parent = tree[what % len(tree)], None if where is None else tree[where % len(tree)]
            before = stored()
            if parent is not None and before[parent.code].startswith(before[one.code]):
                with pytest.raises(Conflict, match="which is part of it"):
                    move_organisation(one, actor=STEWARD, parent=parent)
                assert stored() == before
            else:
                move_organisation(one, actor=STEWARD, parent=parent)
            assert stored() == by_walking()
        transaction.set_rollback(True)


rows_of_a_file = st.lists(
    st.tuples(st.integers(0, 7), st.none() | st.integers(0, 9)), min_size=1, max_size=8, unique_by=lambda row: row[0]
)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(parents=st.lists(st.integers(0, 100), max_size=5), files=st.lists(rows_of_a_file, min_size=1, max_size=3))
def test_paths_stay_right_under_random_imports(parents, files):
    """Each row is taken or named as a problem, whatever circles and orphans a file holds; the same again is silent."""
    with transaction.atomic():
        make_tree([None, *(number % (i + 1) for i, number in enumerate(parents))])
        for file in files:
            rows = [
                OrganisationRow(f"f:{code}", f"o{code}", f"O{code}", None if parent is None else f"o{parent}")
                for code, parent in file
            ]
            done = import_organisations(rows, actor=STEWARD)
            assert stored() == by_walking()
            taken = set(stored())
            named = {problem.field for problem in done.problems}
            assert all(row.code in taken or row.where in named for row in rows)
            again = import_organisations(rows, actor=STEWARD)
            assert not again.is_change
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_an_import_that_turns_a_chain_round_needs_one_run(cast):
    """The first row would put an office below its own office; once the second row has moved that one, it can."""
    make_tree([None, 0, 1])  # o0 > o1 > o2
    rows = [
        OrganisationRow("f:1", "o1", "O1", "o2"),
        OrganisationRow("f:2", "o2", "O2", "o0"),
    ]

    done = import_organisations(rows, actor=STEWARD)

    assert done.problems == []
    assert stored()["o1"] == "/o0/o2/o1/"
    assert not import_organisations(rows, actor=STEWARD).is_change


@pytest.mark.django_db
def test_a_move_takes_the_subtree_along_and_says_so(cast, clock):
    move_organisation(cast.organisation, actor=STEWARD, parent=cast.other_organisation)

    assert organisation_of("urban-fancheng").path == "/gov/eco/urban/urban-fancheng/"
    event = OutboxEvent.objects.get(type="organisation.moved")
    assert json.loads(event.data) == {"code": "urban", "path": "/gov/eco/urban/", "old_path": "/gov/urban/"}
    assert event.subject == "organisation/urban"
    assert Record.objects.get(action="organisation.moved").object_key == "urban"


@pytest.mark.django_db
def test_a_change_saves_and_says_only_what_changed(cast, clock):
    change_organisation(cast.organisation, actor=STEWARD, name="城市管理局", region=cast.county)
    change_organisation(cast.organisation, actor=STEWARD, name="城市管理局")

    changed = organisation_of("urban")
    assert (changed.name, changed.region, changed.path) == ("城市管理局", cast.county, "/gov/urban/")
    event = OutboxEvent.objects.get(type="organisation.changed")
    assert json.loads(event.data)["changed"] == ["name", "region"]


@pytest.mark.django_db
def test_what_cannot_be_made_is_refused(cast):
    with pytest.raises(Conflict, match="urban is in use"):
        create_organisation(actor=STEWARD, code="urban", name="x", parent=cast.government)
    with pytest.raises(BadInput, match="letters, digits"):
        create_organisation(actor=STEWARD, code="城管", name="x", parent=cast.government)
    with pytest.raises(NotFound, match="no organisation nobody"):
        organisation_of("nobody")


@pytest.mark.django_db
def test_a_closed_organisation_stays_and_takes_nothing_new(cast):
    with pytest.raises(Conflict, match="still has active ones"):
        close_organisation(cast.organisation, actor=STEWARD)

    close_organisation(cast.team, actor=STEWARD)

    assert organisation_of("urban-fancheng").is_active is False
    with pytest.raises(Conflict, match="is closed"):
        create_organisation(actor=STEWARD, code="x", name="x", parent=cast.team)
    with pytest.raises(Conflict, match="is closed"):
        move_organisation(cast.other_organisation, actor=STEWARD, parent=cast.team)
    with pytest.raises(Conflict, match="is closed"):
        create_post(cast.team, actor=STEWARD, code="p", name="p")
    close_organisation(cast.organisation, actor=STEWARD)


@pytest.mark.django_db
def test_a_post_code_is_used_once_in_an_organisation(cast):
    create_post(cast.organisation, actor=STEWARD, code="duty", name="值班长")
    create_post(cast.other_organisation, actor=STEWARD, code="duty", name="值班长")
    with pytest.raises(Conflict, match="already has the post duty"):
        create_post(cast.organisation, actor=STEWARD, code="duty", name="again")
    with pytest.raises(BadInput):
        create_post(cast.organisation, actor=STEWARD, code="a b", name="x")
    assert Post.objects.count() == 2


@pytest.mark.django_db
def test_an_import_is_a_handful_of_statements(cast, django_assert_max_num_queries):
    rows = [
        OrganisationRow(f"f:{i}", f"street-{i}", f"街道办{i}", "gov", posts=(PostRow("head", "主任"),))
        for i in range(80)
    ]
    with django_assert_max_num_queries(20):
        done = import_organisations(rows, actor=STEWARD)
    assert (len(done.created), done.posts) == (80, 80)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_never_make_a_circle():
    _, left, right = make_tree([None, 0, 0])
    start, outcomes = threading.Barrier(2), []

    def move(what: Organisation, where: Organisation) -> None:
        start.wait()
        try:
            move_organisation(what, actor=STEWARD, parent=where)
            outcomes.append("moved")
        except Conflict as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=pair) for pair in ((left, right), (right, left))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["moved", "tree.circle"]
    assert stored() == by_walking()
