"""The schemas of packs as JSON Schema (draft 2020-12), for editors and for authors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from citybrain.base.packs.discovery import MANIFEST
from citybrain.base.packs.manifest import Manifest
from citybrain.base.packs.sections import sections


def json_schemas() -> dict[str, Mapping[str, Any]]:
    """The JSON Schema of each file of a pack, by file (a pattern for sections of many files)."""
    models: dict[str, type[BaseModel]] = {MANIFEST: Manifest, **{one.file: one.schema for one in sections()}}
    return {
        file: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:citybrain:packs:{schema_name(file)}",
            **model.model_json_schema(mode="validation"),
        }
        for file, model in models.items()
    }


def schema_name(file: str) -> str:
    """`things.yaml` → `things.schema.json`, `history/*.yaml` → `history.schema.json`."""
    return file.removesuffix(".yaml").removesuffix("/*").replace("/", ".") + ".schema.json"


def write_schemas(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, schema in json_schemas().items():
        path = folder / schema_name(file)
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        written.append(path)
    return written


_fingerprints: dict[tuple[int, ...], str] = {}


def fingerprint() -> str:
    """A hash over all schemas: a platform that reads packs otherwise loads them again."""
    known = tuple(id(section.schema) for section in sections())
    if known not in _fingerprints:
        text = json.dumps(json_schemas(), sort_keys=True, ensure_ascii=False)
        _fingerprints[known] = hashlib.sha256(text.encode()).hexdigest()
    return _fingerprints[known]
