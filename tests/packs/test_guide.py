"""The pack author's guide cannot lie: its example is a pack that is right, and it names every key there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.conditions import load
from citybrain.base.conditions.tree import OPERATORS
from citybrain.base.errors import BadInput
from citybrain.base.packs import check_packs
from citybrain.base.packs.documents import parse
from citybrain.base.packs.manifest import QUALITY_RULES
from citybrain.base.packs.published import json_schemas
from citybrain.hubs.business.cases.loops.judge import GUARD_FIELDS, fields_of
from citybrain.hubs.intelligence.capabilities import find_capability, registry

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = [path for path in (DOCS / "pack-authors-guide.md", DOCS / "pack-authors-guide.zh-CN.md") if path.exists()]
BLOCK = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


def write_example(guide: Path, folder: Path) -> Path:
    for name, text in BLOCK.findall(guide.read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "river"


@pytest.fixture
def data_dir(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_example_is_right_and_proves_its_day(guide, data_dir):
    folder = write_example(guide, data_dir / "packs")
    assert len(list(folder.rglob("*.*"))) >= 8
    assert [str(problem) for problem in check_packs([folder], proving=True)] == []


def test_the_algorithm_of_the_example_runs_and_refuses_in_words(data_dir):
    write_example(GUIDES[0], data_dir / "packs")
    try:
        trend = find_capability("river.trend")
        assert trend.call({"minutes": 30, "levels": [6.1, 6.4]}).metres_per_hour == pytest.approx(0.6)
        with pytest.raises(BadInput, match="1 levels are too few"):
            trend.call({"minutes": 30, "levels": [6.1]})
    finally:
        registry._capabilities.pop("river.trend", None)


def keys_in(schema: Any) -> set[str]:
    """Every key that a schema lets an author write."""
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", ()))
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [*schema.get("patternProperties", {}).values(), *schema.get("prefixItems", ())]
    inner += [
        schema.get("items"),
        schema.get("additionalProperties"),
        *schema.get("anyOf", ()),
        *schema.get("oneOf", ()),
    ]
    return found.union(*map(keys_in, inner))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_guide_names_every_key_and_every_quality_rule(guide):
    text = guide.read_text(encoding="utf-8")
    missing = {
        file: sorted(key for key in keys_in(schema) if not re.search(rf"\b{re.escape(key)}\b", text))
        for file, schema in json_schemas().items()
    }
    assert {file: keys for file, keys in missing.items() if keys} == {}
    assert [rule for rule in QUALITY_RULES if rule not in text] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_its_links_lead_somewhere(guide):
    text = guide.read_text(encoding="utf-8")
    headings = {slug(line) for line in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    wanted = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert wanted <= headings


def slug(heading: str) -> str:
    """As GitHub makes anchors of headings."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


CONDITIONS = re.compile(r"<!-- conditions -->\n```yaml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_the_conditions_of_the_guide_are_right_and_every_operator_and_field_is_there(guide):
    text = guide.read_text(encoding="utf-8")
    found = CONDITIONS.search(text)
    assert found is not None
    trees = parse(found[1], guide).data
    assert len(trees) == 3
    fields = {name for tree in trees for name in fields_of(load(tree))}
    assert fields <= GUARD_FIELDS
    assert [name for name in (*OPERATORS, *sorted(GUARD_FIELDS)) if f"`{name}`" not in text] == []
