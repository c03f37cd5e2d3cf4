"""`citybrain city layers`: roads, water, green, buildings and labels from files, whole or not at all."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import struct
from pathlib import Path

import pytest
import shapely

from citybrain.base.audit.models import Record
from citybrain.base.bus.models import OutboxEvent
from citybrain.base.places.models import MapFeature, MapLayer
from citybrain.base.places.queries import map_features, map_version
from citybrain.base.places.tiles import to_world
from citybrain.site.cli import main

pytestmark = pytest.mark.django_db
ROAD = [[112.05, 32.10], [112.06, 32.10], [112.07, 32.11]]
POND = [[[112.05, 32.10], [112.06, 32.10], [112.06, 32.11], [112.05, 32.10]]]


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """The command line without setting Django, the clock and the log up again."""
    monkeypatch.setattr("citybrain.site.cli.set_up", lambda data: None)
    monkeypatch.setenv("LANG", "C.UTF-8")


def feature(kind: str, coordinates, **properties) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def write(path: Path, *features, **more) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **more}), encoding="utf-8")
    return path


def load(*arguments) -> int:
    return main(["city", "layers", *map(str, arguments)])


def on_tile(lon: float, lat: float, z: int) -> list:
    x, y = (int(float(part) * 2**z) for part in to_world(lon, lat))
    return map_features(z, x, y)


def test_several_files_become_several_layers(tmp_path, capsys):
    roads = write(tmp_path / "roads.geojson", feature("LineString", ROAD, highway="primary", name="长虹路"))
    mixed = write(
        tmp_path / "osm.geojson",
        feature("Polygon", POND, layer="water", natural="water", name="月亮湾"),
        feature("Polygon", POND, layer="建筑"),
        feature("Point", [112.05, 32.1], layer="labels", fclass="hospital", name="中心医院"),
    )

    assert load(roads, mixed) == 0

    assert list(MapLayer.objects.values_list("name", "kind", "feature_count", "source")) == [
        ("buildings", "buildings", 1, "osm.geojson"), ("labels", "labels", 1, "osm.geojson"),
        ("roads", "roads", 1, "roads.geojson"), ("water", "water", 1, "osm.geojson"),
    ]  # fmt: skip
    shown = [(one.kind, one.feature_class, one.name) for one in on_tile(112.055, 32.1, 14)]
    assert shown == [
        ("roads", "primary", "长虹路"), ("water", "lake", "月亮湾"), ("buildings", "building", ""),
        ("labels", "station", "中心医院"),
    ]  # fmt: skip
    assert [one.kind for one in on_tile(112.055, 32.1, 10)] == ["roads", "water"], "buildings and labels come nearer"
    assert on_tile(113.0, 32.1, 14) == []
    assert "roads: 1 features loaded" in capsys.readouterr().out


def test_a_layer_takes_the_place_of_the_one_before_and_the_map_has_another_version(tmp_path):
    load(write(tmp_path / "roads.geojson", feature("LineString", ROAD), feature("LineString", ROAD)))
    before = map_version()

    load(write(tmp_path / "roads.geojson", feature("LineString", ROAD, name="新路")))

    assert list(MapFeature.objects.values_list("name", flat=True)) == ["新路"]
    assert map_version() != before
    loaded = OutboxEvent.objects.filter(type="map_layer.loaded", subject="map_layer/roads")
    assert loaded.count() == Record.objects.filter(action="map_layer.loaded").count() == 2


def test_a_layer_may_stand_beside_the_others_of_its_kind_and_be_removed(tmp_path, capsys):
    load(write(tmp_path / "roads.geojson", feature("LineString", ROAD)))
    load(write(tmp_path / "metro.geojson", feature("LineString", ROAD)), "--layer", "roads", "--name", "metro")
    assert [one.kind for one in on_tile(112.055, 32.1, 14)] == ["roads", "roads"]

    assert load("--remove", "metro") == 0
    assert list(MapLayer.objects.values_list("name", flat=True)) == ["roads"]
    assert load("--remove", "metro") == 2
    assert "no layer metro on the map" in capsys.readouterr().err


def test_bad_features_are_named_and_the_good_ones_taken(tmp_path, capsys):
    path = tmp_path / "roads.geojson"
    good = json.dumps(feature("LineString", ROAD))
    bad = [
        json.dumps(feature("LineString", ROAD, layer="clouds")).replace('"clouds"', "7"),
        json.dumps(feature("Point", [112, 32])),
        json.dumps(feature("LineString", [[500000, 3500000], [500001, 3500001]])),
        json.dumps(feature("LineString", [])),
        json.dumps({"type": "Feature", "properties": {}, "geometry": None}),
        '{"type":"Feature","geometry":{"type":"LineString","coordinates":[[112,"x"],[1,2]]}}',
        '"a text"',
    ]
    path.write_text(f'{{"type":"FeatureCollection","features":[{",".join([good, *bad])}]}}', encoding="utf-8")

    assert load(path) == 0

    said = capsys.readouterr()
    assert "roads: 2 features loaded" in said.out, "an unknown word in `layer` leaves it to the file's name"
    for number, why in (
        (3, "it is a Point, not one of LineString, MultiLineString"),
        (4, "not degrees of longitude and latitude"),
        (5, "its geometry is empty"),
        (6, "there is no geometry that can be read"),
        (7, "there is no geometry that can be read"),
        (8, "Cannot be read: Expected `object`, got `str`"),
    ):
        assert any(f"roads.geojson feature {number}: " in line and why in line for line in said.err.splitlines()), why


def test_what_cannot_be_read_at_all_changes_nothing(tmp_path, capsys):
    load(write(tmp_path / "roads.geojson", feature("LineString", ROAD)))
    before = map_version()
    broken = tmp_path / "water.geojson"
    broken.write_text('{"type":"FeatureCollection",\n"features":[{,]}', encoding="utf-8")

    assert load(write(tmp_path / "green.geojson", feature("Polygon", POND)), broken) == 2
    assert "water.geojson cannot be read: line 2" in capsys.readouterr().err
    assert load(tmp_path / "absent.geojson") == 2
    assert load(write(tmp_path / "roads.geojson", feature("Point", [112, 32]))) == 2
    assert "left out" in capsys.readouterr().err
    unknown = {"properties": {"name": "EPSG:2326"}}
    assert load(write(tmp_path / "list.json", feature("LineString", ROAD), crs=unknown)) == 2
    assert "coordinate system that is not known" in capsys.readouterr().err

    assert (map_version(), MapFeature.objects.count()) == (before, 1)


def test_a_file_in_another_system_lands_where_it_belongs(tmp_path):
    """GCJ-02 is bent by some 500 m here; the numbers are those of 襄阳站."""
    load(write(tmp_path / "labels.geojson", feature("Point", [112.1499, 32.0556])), "--crs", "GCJ-02")
    stored = shapely.from_wkb(bytes(MapFeature.objects.get().wkb))
    assert (stored.x, stored.y) == pytest.approx((112.1444, 32.0578), abs=1e-3)


def test_a_text_sequence_names_its_lines(tmp_path, capsys):
    lines = [json.dumps(feature("LineString", ROAD)), "", "{broken", json.dumps(feature("LineString", ROAD))]
    path = tmp_path / "roads.geojsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load(path) == 0
    said = capsys.readouterr()
    assert "roads: 2 features" in said.out
    assert "roads.geojsonl:3: " in said.err


def test_broken_rings_are_mended(tmp_path):
    """A bow tie is two triangles."""
    bow = [[[112.0, 32.0], [112.01, 32.01], [112.01, 32.0], [112.0, 32.01], [112.0, 32.0]]]
    load(write(tmp_path / "green.geojson", feature("Polygon", bow, leisure="park", min_zoom=7)))
    stored = MapFeature.objects.get()
    shape = shapely.from_wkb(bytes(stored.wkb))
    assert shape.is_valid
    assert shape.area == pytest.approx(0.01 * 0.01 / 2, rel=1e-6)
    assert (stored.feature_class, stored.min_zoom) == ("park", 7)


def package(path: Path, geometry: bytes, srs: int = 4326) -> Path:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER)")
        connection.execute("INSERT INTO gpkg_geometry_columns VALUES ('rivers', 'geom', ?)", [srs])
        connection.execute("CREATE TABLE rivers (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT, waterway TEXT)")
        rows = [(geometry, "汉江", "river"), (b"GP\x00", "短", "river"), (None, "空", "river")]
        connection.executemany("INSERT INTO rivers (geom, name, waterway) VALUES (?, ?, ?)", rows)
    return path


def header(envelope: int, *numbers: float) -> bytes:
    return b"GP\x00" + bytes([1 | envelope << 1]) + struct.pack(f"<i{len(numbers)}d", 4326, *numbers)


@pytest.mark.parametrize("head", [header(0), header(1, 112, 113, 32, 33), header(2, 112, 113, 32, 33, 0, 1)])
def test_a_geopackage_is_read_with_every_kind_of_header(tmp_path, capsys, head):
    line = shapely.to_wkb(shapely.LineString(ROAD))

    assert load(package(tmp_path / "city.gpkg", head + line)) == 0

    assert MapFeature.objects.values_list("name", "feature_class").get() == ("汉江", "river")
    said = capsys.readouterr().err
    assert "city.gpkg rivers row 2: " in said
    assert "city.gpkg rivers row 3: " in said


def test_a_geopackage_in_a_system_we_do_not_know_says_which(tmp_path, capsys):
    load(package(tmp_path / "city.gpkg", b"", srs=4547))
    assert "EPSG:4547" in capsys.readouterr().err
    (tmp_path / "fake.gpkg").write_bytes(b"no database")
    assert load(tmp_path / "fake.gpkg") == 2
    assert "not a GeoPackage" in capsys.readouterr().err


@pytest.mark.data
@pytest.mark.parametrize(("name", "count", "one"), [("osm_poi_portugal", 8107, "Peniche Praia"),
                                                   ("dutch_addresses_4326", 2481, "")])  # fmt: skip
def test_real_geopackages(public_data, tmp_path, name, count, one):
    packed = public_data / "06_admin" / f"{name}.gpkg.gz"
    if not packed.exists():
        pytest.skip(f"{packed} is not here")
    with gzip.open(packed) as source, (tmp_path / f"{name}.gpkg").open("wb") as target:
        shutil.copyfileobj(source, target)

    assert load(tmp_path / f"{name}.gpkg", "--layer", "labels") == 0

    assert MapLayer.objects.get().feature_count == count
    assert MapFeature.objects.filter(name=one).exists()
