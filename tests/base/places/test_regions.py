"""The region tree: paths stay right, boundaries have versions, every change leaves evidence and a message."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.base.audit import system_actor
from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.errors import BadInput, Conflict, NotFound
from citybrain.base.places.actions import create_region, draw_boundary, end_region, lay_grid, move_region, rename_region
from citybrain.base.places.models import MapVersion, Region, RegionBoundary
from citybrain.base.places.outlines import box_outline
from citybrain.base.places.queries import find_region_by_name, locate, locate_one, locate_point, region_of
from citybrain.base.places.types import OUTSIDE, Point

STEWARD = system_actor("steward")


def paths_by_walking() -> dict[str, str]:
    """The path of every region, worked out from the parents alone."""
    regions = {region.pk: region for region in Region.objects.all()}

    def path(region: Region) -> str:
        above = path(regions[region.parent_id]) if region.parent_id else "/"
        return f"{above}{region.code}/"

    return {region.code: path(region) for region in regions.values()}


def stored_paths() -> dict[str, str]:
    return dict(Region.objects.values_list("code", "path"))


def make_tree(shape: list[int | None]) -> list[Region]:
    """One region for each number: the place of its parent in the list."""
    made: list[Region] = []
    for number, parent in enumerate(shape):
        above = made[parent] if parent is not None else None
        made.append(create_region(actor=STEWARD, code=f"r{number}", name=f"R{number}", level="area", parent=above))
    return made


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    parents=st.lists(st.integers(0, 100), min_size=3, max_size=9),
    moves=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
)
def test_paths_stay_right_under_random_moves(parents, moves):
    """Whatever is moved below whatever, each path is that of its parent and its own code; a circle changes nothing."""
    with transaction.atomic():
        tree = make_tree([None, *(number % (i + 1) for i, number in enumerate(parents))])
        for what, where in moves:
            region, parent = tree[what % len(tree)], tree[where % len(tree)]
            before = stored_paths()
            if before[parent.code].startswith(before[region.code]):
                with pytest.raises(Conflict, match="which is part of it"):
                    move_region(region, actor=STEWARD, parent=parent)
                assert stored_paths() == before
            else:
                move_region(region, actor=STEWARD, parent=parent)
            assert stored_paths() == paths_by_walking()
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_move_takes_the_subtree_along_and_says_so(clock):
    _, left, right, _ = make_tree([None, 0, 0, 1])

    move_region(left, actor=STEWARD, parent=right)

    assert region_of("r3").path == "/r0/r2/r1/r3/"
    moved = OutboxEvent.objects.get(type="region.moved")
    assert moved.subject == "region/r1"
    assert '"old_path":"/r0/r1/"' in moved.data
    assert moved.region_path == "/r0/r2/r1/"
    evidence = Record.objects.get(action="region.moved")
    assert (evidence.actor_key, evidence.object_key) == ("system:steward", "r1")


@pytest.mark.django_db
def test_a_move_is_a_handful_of_statements_whatever_hangs_below(django_assert_max_num_queries):
    tree = make_tree([None, 0, 0, *([1] * 40)])
    with django_assert_max_num_queries(16):
        move_region(tree[1], actor=STEWARD, parent=tree[2])


@pytest.mark.django_db
def test_the_same_again_changes_nothing(clock):
    root, left, _ = make_tree([None, 0, 0])
    before = OutboxEvent.objects.count()
    move_region(left, actor=STEWARD, parent=root)
    rename_region(left, actor=STEWARD, name=left.name)
    assert OutboxEvent.objects.count() == before


@pytest.mark.django_db
def test_what_cannot_be_made_is_refused(cast):
    with pytest.raises(Conflict, match="420606 is in use"):
        create_region(actor=STEWARD, code="420606", name="x", level="county", parent=cast.root)
    with pytest.raises(BadInput, match="city, county, street"):
        create_region(actor=STEWARD, code="x1", name="x", level="borough", parent=cast.root)
    with pytest.raises(BadInput, match="letters, digits"):
        create_region(actor=STEWARD, code="a/b", name="x", level="street", parent=cast.root)
    with pytest.raises(NotFound, match="There is no region nowhere"):
        region_of("nowhere")


@pytest.mark.django_db
def test_a_tree_may_be_eight_levels_deep_and_no_path_longer_than_its_column():
    tree = make_tree([None, 0, 1, 2, 3, 4, 5, 6])
    assert tree[-1].path == "/r0/r1/r2/r3/r4/r5/r6/r7/"
    deep = tree[-1]
    for number in range(3):
        deep = create_region(actor=STEWARD, code=f"{number}" * 64, name="deep", level="area", parent=deep)
    with pytest.raises(BadInput, match="lies too deep"):
        create_region(actor=STEWARD, code="9" * 64, name="deeper", level="area", parent=deep)
    far = create_region(actor=STEWARD, code="8" * 60, name="far", level="area", parent=None)
    far = create_region(actor=STEWARD, code="7" * 60, name="far", level="area", parent=far)
    with pytest.raises(BadInput, match="lies too deep"):
        move_region(tree[1], actor=STEWARD, parent=far)
    assert stored_paths() == paths_by_walking()


@pytest.mark.django_db
def test_ending_a_region_keeps_it_for_what_points_at_it(cast, clock):
    with pytest.raises(Conflict, match="still has parts"):
        end_region(cast.county, actor=STEWARD)
    with pytest.raises(Conflict, match="root region"):
        end_region(cast.root, actor=STEWARD)
    with pytest.raises(BadInput, match="lies in the future"):
        end_region(cast.street, actor=STEWARD, at=datetime(2030, 1, 1, tzinfo=UTC))
    assert locate_one(112.05, 32.1).region_code == "420606001"

    end_region(cast.street, actor=STEWARD)

    assert region_of("420606001").valid_to == clock.now()
    assert locate_one(112.05, 32.1).region_code == "420606"
    assert locate_one(112.05, 32.1, at=datetime(2026, 1, 1, tzinfo=UTC)).region_code == "420606001"
    assert find_region_by_name("王寨街道").why == "absent"
    with pytest.raises(Conflict, match="has ended"):
        create_region(actor=STEWARD, code="g1", name="g", level="street", parent=cast.street)


@pytest.mark.django_db
def test_locate_answers_as_of_a_date(clock):
    """襄州 grows at the cost of 樊城 on 1 March: whoever asks for February is told what was true in February."""
    _, fancheng, xiangzhou = make_tree([None, 0, 0])
    draw_boundary(fancheng, box_outline((112.0, 32.0, 112.2, 32.2)), actor=STEWARD)
    draw_boundary(xiangzhou, box_outline((112.2, 32.0, 112.4, 32.2)), actor=STEWARD)
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    draw_boundary(fancheng, box_outline((112.0, 32.0, 112.1, 32.2)), actor=STEWARD, valid_from=moment)
    draw_boundary(xiangzhou, box_outline((112.1, 32.0, 112.4, 32.2)), actor=STEWARD, valid_from=moment)

    def at(when: datetime | None) -> str | None:
        return locate_one(112.15, 32.1, at=when).region_code

    assert at(datetime(2026, 2, 28, 23, 59, tzinfo=UTC)) == "r1"
    assert at(datetime(1999, 1, 1, tzinfo=UTC)) == "r1"
    assert at(moment) == "r2"
    assert at(None) == "r2"
    assert [b.valid_to for b in fancheng.boundaries.order_by("pk")] == [moment, None]
    assert region_of("r1").centre_lon == pytest.approx(112.05)


@pytest.mark.django_db
def test_a_boundary_is_never_drawn_into_the_past_of_the_present_one(cast, clock):
    clock.move(days=1)
    draw_boundary(cast.street, box_outline((112.0, 32.0, 112.05, 32.2)), actor=STEWARD)
    early = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(BadInput, match="cannot begin before"):
        draw_boundary(cast.street, box_outline((112.0, 32.0, 112.02, 32.2)), actor=STEWARD, valid_from=early)
    assert RegionBoundary.objects.filter(region=cast.street).count() == 2


@pytest.mark.django_db
def test_a_region_without_boundary_is_allowed_and_the_answer_says_how_deep_it_is(cast):
    RegionBoundary.objects.filter(region__level="street").delete()
    MapVersion.renew()

    found = locate_one(112.05, 32.1)

    assert (found.region_code, found.level, found.has_deeper) == ("420606", "county", True)


@pytest.mark.django_db
def test_a_point_outside_is_kept_and_marked_and_swapped_numbers_are_refused(cast):
    assert locate_point(Point(113.0, 33.0)) == OUTSIDE
    here = Point(112.05, 32.1)
    assert locate_point(here).region_code == "420606001"
    with pytest.raises(BadInput, match="look swapped"):
        locate_point(Point(32.1, 112.05))


@pytest.mark.django_db
def test_numbers_swapped_within_the_range_are_seen_by_the_city(clock):
    """In Chicago both orders are places on earth; only one of them is in the city."""
    (root,) = make_tree([None])
    draw_boundary(root, box_outline((-87.95, 41.64, -87.52, 42.03)), actor=STEWARD)
    with pytest.raises(BadInput, match="look swapped"):
        locate_point(Point(41.88, -87.63))
    assert locate_point(Point(0.0, 0.0)) == OUTSIDE


@pytest.mark.django_db
def test_a_gcj_point_is_located_where_it_really_is(cast):
    """600 m east of the border in GCJ-02 can be west of it on the ground."""
    gcj = Point(112.103, 32.1, "GCJ-02")
    assert locate_point(gcj).region_code == "420606001"
    assert locate_point(Point(112.103, 32.1)).region_code == "420606002"


@pytest.mark.django_db
def test_one_question_costs_one_small_query_once_the_map_is_read(cast, django_assert_num_queries):
    locate_one(112.05, 32.1)
    find_region_by_name("樊城区")
    with django_assert_num_queries(1):
        locate([112.05] * 1000, [32.1] * 1000)
    with django_assert_num_queries(1):
        find_region_by_name("樊城区王寨街道")


@pytest.mark.django_db
def test_a_change_is_seen_at_the_next_question_and_a_rolled_back_one_never(cast):
    assert find_region_by_name("米公街道").region_code == "420606002"
    with transaction.atomic():
        rename_region(cast.next_street, actor=STEWARD, name="清河口街道")
        assert find_region_by_name("清河口街道").region_code == "420606002"
        transaction.set_rollback(True)
    assert find_region_by_name("清河口街道").why == "absent"
    assert find_region_by_name("米公街道").region_code == "420606002"


@pytest.mark.django_db
def test_a_district_divided_into_grids_is_cut_at_its_border(cast, clock):
    done = lay_grid(cast.street, actor=STEWARD, size_m=1000)

    assert locate_one(112.05, 32.1).level == "grid"
    assert locate_one(112.05, 32.1).region_path.startswith(cast.street.path)
    assert locate_one(112.11, 32.1).region_code == "420606002"
    area = sum(Region.objects.filter(level="grid").values_list("area_km2", flat=True))
    assert area == pytest.approx(209.3, rel=1e-3)
    assert len(done.created) == Region.objects.filter(parent=cast.street).count()
    assert lay_grid(cast.street, actor=STEWARD, size_m=1000).is_change is False


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_never_make_a_circle():
    """A below B and B below A at the same moment: one of them comes second and is refused."""
    _, left, right = make_tree([None, 0, 0])
    start, outcomes = threading.Barrier(2), []

    def move(what: Region, where: Region) -> None:
        start.wait()
        try:
            move_region(what, actor=STEWARD, parent=where)
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
    assert stored_paths() == paths_by_walking()
