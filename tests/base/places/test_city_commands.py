"""`citybrain city import | grid | show`, on real public data and on files with every kind of mistake."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.places.models import City, Region, RegionBoundary
from citybrain.base.places.queries import city, find_region_by_name, locate, locate_one, region_of
from citybrain.base.places.types import distance_m
from citybrain.site.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """The command line without setting Django, the clock and the log up again."""
    monkeypatch.setattr("citybrain.site.cli.set_up", lambda data: None)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def admin(public_data) -> Path:
    return public_data / "06_admin"


def import_real(admin: Path, root: str, *more: str) -> int:
    boundaries = admin / "county_geojson_hubei_beijing_zhejiang.zip"
    given = ["city", "import", "--codes", admin, "--boundaries", boundaries, "--root", root, "--tz", "Asia/Shanghai"]
    return main([*map(str, given), *more])


# real cities

XIANGYANG = {  # real places (WGS-84) and the county they lie in
    (112.130, 32.060): "樊城区",
    (112.010, 32.010): "襄城区",  # 古隆中
    (112.210, 32.090): "襄州区",
    (111.840, 31.780): "南漳县",
    (111.650, 32.260): "谷城县",
    (111.260, 31.880): "保康县",
    (111.680, 32.390): "老河口市",
    (112.770, 32.130): "枣阳市",
    (112.260, 31.720): "宜城市",
}
BEIJING = {
    (116.3975, 39.9087): "东城区",  # 天安门
    (116.360, 39.910): "西城区",
    (116.480, 39.930): "朝阳区",
    (116.280, 39.860): "丰台区",
    (116.220, 39.906): "石景山区",
    (116.316, 39.983): "海淀区",  # 中关村
    (116.100, 39.940): "门头沟区",
    (116.140, 39.750): "房山区",
    (116.650, 39.900): "通州区",
    (116.650, 40.130): "顺义区",
    (116.230, 40.220): "昌平区",
    (116.340, 39.730): "大兴区",
    (116.630, 40.320): "怀柔区",
    (117.120, 40.140): "平谷区",
    (116.840, 40.376): "密云区",
    (115.970, 40.456): "延庆区",
}


def names_at(points: dict[tuple[float, float], str]) -> list[str]:
    lons, lats = zip(*points, strict=True)
    return [region_of(str(found.region_code)).name for found in locate(lons, lats)]


def test_xiangyang_has_nine_counties_with_boundaries_and_130_streets_without(admin, capsys):
    assert import_real(admin, "4206", "--name-en", "Xiangyang") == 0

    counties = Region.objects.filter(level="county")
    assert list(counties.values_list("code", "name")) == [
        ("420602", "襄城区"), ("420606", "樊城区"), ("420607", "襄州区"), ("420624", "南漳县"), ("420625", "谷城县"),
        ("420626", "保康县"), ("420682", "老河口市"), ("420683", "枣阳市"), ("420684", "宜城市"),
    ]  # fmt: skip
    assert all(county.area_km2 for county in counties)
    assert Region.objects.filter(level="street").count() == 130
    assert not RegionBoundary.objects.filter(region__level="street").exists()
    assert region_of("420606").path == "/4206/420606/"
    assert city().name == "襄阳市"
    assert region_of("4206").area_km2 == pytest.approx(19_728, rel=0.002)  # as published
    assert RegionBoundary.objects.get(region__code="4206").is_derived
    said = capsys.readouterr()
    assert "140 created, 10 boundaries drawn" in said.out
    assert "区县 (county): 9, with boundary 9" in said.out
    assert said.err == ""


def test_real_places_of_xiangyang_lie_in_their_counties(admin):
    import_real(admin, "4206")
    assert names_at(XIANGYANG) == list(XIANGYANG.values())
    found = locate_one(112.130, 32.060)
    assert (found.level, found.has_deeper) == ("county", True)
    assert find_region_by_name("襄阳市樊城区王寨街道长虹路").region_path == "/4206/420606/420606002/"
    assert find_region_by_name("谷城县城关镇").region_code == "420625100"


@pytest.mark.parametrize(("root", "path"), [("11", "/11/110101/"), ("1101", "/1101/110101/")])
def test_beijing_has_sixteen_districts_two_of_them_renamed_since_the_boundaries(admin, capsys, root, path):
    """The table has a row 市辖区 between the city and its districts, which is no place: it is passed over."""
    assert import_real(admin, root) == 0

    assert city().name == "北京市"
    assert region_of("110101").path == path
    assert Region.objects.filter(level="county").count() == 16
    assert Region.objects.filter(level="county", area_km2=None).count() == 0
    assert Region.objects.filter(level="street").count() == 349
    assert region_of(root).area_km2 == pytest.approx(16_410, rel=0.002)  # as published
    assert names_at(BEIJING) == list(BEIJING.values())
    assert locate_one(116.3975, 39.9087).region_code == "110101"
    said = capsys.readouterr().err
    assert "note: 110100.json WGS-84: The outline 密云县 (110128) was taken for 密云区 (110118)" in said
    assert "left out" not in said


def test_a_whole_province_is_a_tree_of_four_levels(admin):
    import_real(admin, "42")
    assert region_of("420606001").path == "/42/4206/420606/420606001/"
    assert region_of("429004").path == "/42/429004/"  # 仙桃市, run by the province itself
    assert [level["key"] for level in city().levels] == ["province", "city", "county", "street", "grid"]


def test_the_same_files_again_change_nothing(admin, capsys):
    import_real(admin, "4206")
    before = (RegionBoundary.objects.count(), OutboxEvent.objects.count(), Record.objects.count())

    assert import_real(admin, "4206") == 0

    assert "nothing changed" in capsys.readouterr().out
    assert (RegionBoundary.objects.count(), OutboxEvent.objects.count(), Record.objects.count()) == before


def test_an_import_is_a_handful_of_statements(admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        import_real(admin, "4206")
    with django_assert_max_num_queries(25):
        import_real(admin, "4206")


def test_one_data_directory_holds_one_city(admin, capsys):
    import_real(admin, "4206")
    assert import_real(admin, "11") == 2
    assert "already holds the city 襄阳市 (root region 4206)" in capsys.readouterr().err
    assert not Region.objects.filter(code="11").exists()


# files of every kind


def square(west: float, south: float, size: float = 0.1) -> dict:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(code: str, geometry: object, name: str = "") -> dict:
    return {"type": "Feature", "properties": {"adcode": code, "name": name}, "geometry": geometry}


def write_geojson(path: Path, *features: object, **more: object) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}), encoding="utf-8")
    return path


TABLE = "code,name,level,parent\nC,City,city,\nA,Anton,district,C\nB,Berta,district,C\nA1,Anton One,block,A\n"


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "regions.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


def run_import(table: Path, boundaries: Path | None = None, *more: str) -> int:
    shapes = ["--boundaries", str(boundaries)] if boundaries else []
    return main(["city", "import", "--codes", str(table), "--root", "C", "--tz", "Europe/Berlin", *shapes, *more])


def test_a_table_of_ones_own_makes_a_tree_of_any_depth(tmp_path):
    rows = ["code,name,level,parent,name_en"]
    rows += [f"n{i},Name {i},level{i},{f'n{i - 1}' if i else ''},English {i}" for i in range(8)]
    path = tmp_path / "tree.csv.gz"
    path.write_bytes(gzip.compress("\n".join(rows).encode()))

    assert main(["city", "import", "--codes", str(path), "--root", "n0", "--tz", "UTC", "--name", "Eight"]) == 0

    assert region_of("n7").path == "/n0/n1/n2/n3/n4/n5/n6/n7/"
    assert region_of("n3").name_en == "English 3"
    assert [level["key"] for level in city().levels] == [*(f"level{i}" for i in range(8)), "grid"]


def test_a_table_may_say_how_many_people_live_where(tmp_path, capsys):
    path = tmp_path / "regions.csv"
    head = "code,name,level,parent,population,population_at,population_source\n"
    path.write_text(
        head + "C,City,city,,5260951,2020-11-01,census\nA,East,district,C,,,\nB,West,district,C,52 thousand,,\n"
        "D,South,district,C,1000,last year,\n"
    )
    assert run_import(path) == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        "left out: regions.csv:4: The population 52 thousand is not a whole number of people and was not taken",
        "left out: regions.csv:5: The day of the population, last year, cannot be read; the number was not taken",
    ]
    whole = region_of("C")
    assert (whole.population, whole.population_at, whole.population_source) == (5260951, date(2020, 11, 1), "census")
    assert [region_of(code).population for code in "ABD"] == [None, None, None]

    path.write_text(head + "C,City,city,,5271000,2021-12-31,estimate\nA,East,district,C,800,,\n")
    assert run_import(path) == 0
    assert "2 with another population" in capsys.readouterr().out
    assert [region_of(code).population for code in "CA"] == [5271000, 800]

    path.write_text("code,name,level,parent\nC,City,city,\nA,East,district,C\n")  # a table that says nothing of it
    assert run_import(path) == 0
    assert [region_of(code).population for code in "CA"] == [5271000, 800]


def test_wrong_rows_are_named_by_file_and_line_and_the_good_ones_kept(tmp_path, capsys):
    path = tmp_path / "regions.csv"
    lines = [
        b"code,name,level,parent",
        "C,城市,city,".encode(),
        "A,安,district,C".encode(),
        b"A,again,district,C",
        b",nameless,district,C",
        b"B,,district,C",
        b"a/b,slash,district,C",
        b"D,too,many,columns,C",
        b"E,\xff\xfe,district,C",
        b"F,orphan,district,Z",
        b"",
        b'G,"quoted, name",district,C',
        b"H,no level,,C",
    ]
    path.write_bytes(b"\n".join(lines) + b"\n")

    assert run_import(path) == 0

    assert list(Region.objects.values_list("code", flat=True).order_by("code")) == ["A", "C", "G"]
    assert region_of("G").name == "quoted, name"
    assert capsys.readouterr().err.splitlines() == [
        "left out: regions.csv:4: The code A is there twice",
        "left out: regions.csv:5: Column code is blank",
        "left out: regions.csv:6: Column name is blank",
        "left out: regions.csv:7: The code a/b is not valid",
        "left out: regions.csv:8: 5 columns where 4 are expected",
        "left out: regions.csv:9: Cannot be read: not UTF-8",
        "left out: regions.csv:10: Region F lies in Z, which is not there",
        "left out: regions.csv:13: Column level is blank",
    ]


def test_wrong_features_are_named_and_the_good_ones_kept(table, tmp_path, capsys):
    folder = tmp_path / "shapes"
    folder.mkdir()
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [0.1, 0.1], [0.1, 0], [0, 0.1], [0, 0]]]}
    write_geojson(
        folder / "good.geojson",
        feature("A", square(0, 0)),
        feature("B", bow),
        feature("A1", {"type": "Point", "coordinates": [0, 0]}),
        feature("C9", square(5, 5)),
        feature("Z", square(9, 9)),
        "not a feature",
    )
    (folder / "broken.json").write_text('{"type": "FeatureCollection",\n "features": [\n  {,}]}', encoding="utf-8")
    metres = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2436"}}
    write_geojson(folder / "metres.json", feature("A", square(0, 0)), crs=metres)

    assert run_import(table, folder) == 0

    assert set(RegionBoundary.objects.values_list("region__code", flat=True)) == {"A", "B", "C"}
    assert region_of("B").area_km2 > 0  # the crossed ring was mended
    said = capsys.readouterr().err
    assert "left out: good.geojson feature 3: The outline cannot be used: Point is not a polygon" in said
    assert "left out: good.geojson feature 6: Cannot be read: not a GeoJSON feature" in said
    assert "left out: broken.json:3: Cannot be read" in said
    assert "left out: metres.json: The file is in a coordinate system that is not known" in said
    assert "There is no region for the outline  (C9)" in said
    assert "(Z)" not in said


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("no.csv", None, "neither a folder nor a file"),
        ("empty.csv", b"", "no column code, name, level, parent"),
        ("other.csv", b"id,title\n1,x\n", "no column code"),
        ("rootless.csv", b"code,name,level,parent\nX,x,city,\n", "no region C in it"),
        ("torn.csv.gz", gzip.compress(TABLE.encode())[:30], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_in_a_sentence(tmp_path, capsys, name, content, words):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert run_import(path) == 2
    said = capsys.readouterr().err
    assert words in said
    assert "Traceback" not in said
    assert not City.objects.exists()


def test_boundaries_that_cannot_be_read_are_refused_in_a_sentence(table, tmp_path, capsys):
    torn = tmp_path / "torn.zip"
    torn.write_bytes(b"PK\x03\x04 nothing")
    assert run_import(table, torn) == 2
    assert run_import(table, tmp_path / "none.zip") == 2
    assert "torn.zip cannot be read" in capsys.readouterr().err


def test_an_unknown_time_zone_makes_no_city(table, capsys):
    assert main(["city", "import", "--codes", str(table), "--root", "C", "--tz", "Middle/Earth"]) == 2
    assert "Middle/Earth is not known" in capsys.readouterr().err
    assert not Region.objects.exists()


def test_newer_files_rename_move_and_redraw_and_take_nothing_away(table, tmp_path, capsys, clock):
    shapes = write_geojson(tmp_path / "a.geojson", feature("A", square(0, 0)), feature("B", square(0.1, 0)))
    run_import(table, shapes)
    newer = tmp_path / "newer.csv"
    rows = "C,City,city,\nA,Anton,district,C\nB,Bertha,district,C\nN,North,district,C\nA1,Anton One,block,N\n"
    newer.write_text("code,name,level,parent\n" + rows, encoding="utf-8")
    redrawn = write_geojson(tmp_path / "b.geojson", feature("A", square(0, 0)), feature("B", square(0.1, 0, 0.2)))

    assert run_import(newer, redrawn) == 0

    assert "1 created, 1 renamed, 1 moved, 1 boundaries drawn" in capsys.readouterr().out
    assert region_of("A1").path == "/C/N/A1/"
    assert region_of("B").name == "Bertha"
    old, new = RegionBoundary.objects.filter(region__code="B").order_by("pk")
    assert (old.valid_from, new.valid_to) == (None, None)
    assert old.valid_to == new.valid_from
    assert locate_one(0.25, 0.15).region_code == "B"
    types = list(OutboxEvent.objects.order_by("position").values_list("type", flat=True))
    assert types == ["region.imported", "region.imported", "region.renamed", "region.moved"]

    table.write_text(TABLE.replace("B,Berta,district,C\n", ""), encoding="utf-8")
    run_import(table)
    assert "2 there but not in the files" in capsys.readouterr().out
    assert region_of("B").valid_to is None
    assert region_of("C").area_km2 == pytest.approx(2 * 123.1, rel=0.01)  # as drawn when all parts had outlines


def test_boundaries_in_gcj_are_turned_into_wgs(tmp_path, table):
    archive = tmp_path / "shapes.zip"
    with zipfile.ZipFile(archive, "w") as made:
        shapes = {"type": "FeatureCollection", "features": [feature("A", square(112.0, 32.0))]}
        made.writestr("in/folder/a.json", json.dumps(shapes))
        made.writestr("readme.txt", "nothing")
    run_import(table, archive, "--crs", "GCJ-02")
    boundary = RegionBoundary.objects.get(region__code="A")
    assert boundary.source == "in/folder/a.json GCJ-02"
    assert 300 < distance_m(boundary.west, boundary.south, 112.0, 32.0) < 900


# grid cities

CHICAGO = ["city", "grid", "--bbox", "-87.95,41.64,-87.52,42.03", "--tz", "America/Chicago", "--name", "Chicago"]


def test_a_grid_city_anywhere_is_a_box_of_true_squares(capsys):
    assert main([*CHICAGO, "--size", "1km"]) == 0

    assert "Chicago (city), America/Chicago" in capsys.readouterr().out
    grids = Region.objects.filter(level="grid")
    assert grids.count() == 36 * 44
    assert region_of("g-012-034").path == "/city/g-012-034/"
    inner = RegionBoundary.objects.get(region__code="g-021-017")
    middle = (inner.south + inner.north) / 2
    assert distance_m(inner.west, middle, inner.east, middle) == pytest.approx(1000, rel=0.005)
    assert distance_m(inner.west, inner.south, inner.west, inner.north) == pytest.approx(1000, rel=0.005)
    assert inner.area_km2 == pytest.approx(1.0, rel=1e-3)
    assert sum(grids.values_list("area_km2", flat=True)) == pytest.approx(region_of("city").area_km2)
    assert locate_one(-87.6298, 41.8781).region_path.startswith("/city/g-")
    assert locate_one(-87.0, 41.8).region_code is None


def test_ten_thousand_grids_are_made_many_to_a_statement(django_assert_max_num_queries):
    with django_assert_max_num_queries(300):  # SQLite takes about 90 rows at once
        assert main(["city", "grid", "--bbox", "-88.2,41.5,-87,42.4", "--tz", "America/Chicago", "--size", "1000"]) == 0
    assert Region.objects.filter(level="grid").count() == 10_000


def test_another_size_ends_the_grids_left_over(capsys):
    main([*CHICAGO, "--size", "5km"])
    before = set(Region.objects.filter(level="grid").values_list("code", flat=True))
    main([*CHICAGO, "--size", "5km"])
    assert "nothing changed" in capsys.readouterr().out

    main([*CHICAGO, "--size", "10km"])

    now = set(Region.objects.filter(level="grid", valid_to=None).values_list("code", flat=True))
    assert len(before) == 8 * 9
    assert len(now) == 4 * 5
    assert RegionBoundary.objects.filter(region__level="grid", valid_to=None).count() == len(now)
    assert locate_one(-87.94, 42.02).region_code in now


def test_a_district_is_divided_with_under(table, tmp_path):
    run_import(table, write_geojson(tmp_path / "a.geojson", feature("A", square(10, 50))))
    assert main(["city", "grid", "--under", "A", "--size", "2km"]) == 0
    assert locate_one(10.05, 50.05).region_path.startswith("/C/A/A-g-")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--bbox", "1,2,3", "--tz", "UTC"], "The box 1,2,3 is not valid"),
        (["--bbox", "3,2,1,4", "--tz", "UTC"], "west,south,east,north"),
        (["--bbox", "0,0,1,1", "--tz", "UTC", "--size", "ten"], "positive length such as 1km"),
        (["--bbox", "0,0,1,1", "--tz", "UTC", "--size", "0km"], "positive length such as 1km"),
        (["--bbox", "0,0,90,60", "--tz", "UTC", "--size", "10m"], "the limit is 250000"),
        (["--under", "nowhere"], "There is no region nowhere"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_in_a_sentence(given, words, capsys):
    assert main(["city", "grid", *given]) == 2
    assert words in capsys.readouterr().err
    assert not Region.objects.exists()


def test_show_without_a_city_says_what_to_do(capsys):
    assert main(["city", "show"]) == 2
    assert "citybrain city import or citybrain city grid" in capsys.readouterr().err
