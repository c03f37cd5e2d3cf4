"""Write docs/errors.md, docs/settings.md and the tables in docs/indicators.md and docs/lake.md from code and packs.

With `--check` say whether they have drifted.
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from citybrain.base.errors import catalogue

ROOT = Path(__file__).resolve().parents[1]


def errors_page() -> str:
    """Every refusal of the platform, by code, with what it says and what to do."""
    lines = [
        "# Refusals",
        "",
        "Every refusal is an RFC 9457 problem document with one of these codes (by scripts/write_reference.py).",
        "",
        "| code | what it says | what to do | 中文 |",
        "|---|---|---|---|",
    ]
    for code, texts in sorted(catalogue().items()):
        title, cure, zh = texts["title"]["en"], texts["cure"]["en"], texts["title"]["zh"]
        lines.append(f'| <a id="{code}"></a>`{code}` | {title} | {cure} | {zh} |'.replace("\n", " "))
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The settings table stands in the docstring of the settings module."""
    source = (ROOT / "src/citybrain/site/settings.py").read_text(encoding="utf-8")
    told = ast.get_docstring(ast.parse(source)) or ""
    return f"# Settings\n\n{told}\n"


def indicators_page() -> str:
    """What is written by hand in docs/indicators.md, and after its mark the indicators that the packs declare."""
    told = _by_hand("docs/indicators.md")
    lines = [MARK, "", "| key | 名称 | title | unit | period | aggregate | source |", "|---|---|---|---|---|---|---|"]
    for file in sorted((ROOT / "src/citybrain/sectors").glob("*/indicators.yaml")):
        declared = yaml.safe_load(file.read_text(encoding="utf-8"))["indicators"]
        lines += [_indicator_row(key, one) for key, one in sorted(declared.items())]
    return told + "\n".join(lines) + "\n"


def _indicator_row(key: str, one: dict[str, Any]) -> str:
    added = one["aggregate"] + (f" × {one['scale']}" if one.get("scale", 1) != 1 else "")
    source = one.get("source", {}).get("en", "")
    cells = [f"`{key}`", one["title"]["zh"], one["title"]["en"], one["unit"]["en"], one["period"], added, source]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def lake_page() -> str:
    """What is written by hand in docs/lake.md, and after its mark every table and view with its columns."""
    os.environ.pop("CITYBRAIN_DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="citybrain-lake-") as data:
        from citybrain.site.start import set_up

        set_up(Path(data))
        from citybrain.hubs.data.facts.describing import describe

        tables = list(describe(Path(data)))
    lines = [MARK]
    for table, columns in tables:
        lines += ["", f"### {table}", "", "| column | type | |", "|---|---|---|"]
        lines += [f"| `{one.name}` | {one.type} | {one.about} |" for one in columns]
    return _by_hand("docs/lake.md") + "\n".join(lines) + "\n"


def _by_hand(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8").partition(MARK)[0]


MARK = "<!-- from here on by scripts/write_reference.py -->"
PAGES = {
    "docs/errors.md": errors_page,
    "docs/settings.md": settings_page,
    "docs/indicators.md": indicators_page,
    "docs/lake.md": lake_page,
}


def main(arguments: list[str]) -> int:
    drifted = []
    for name, page in PAGES.items():
        path, text = ROOT / name, page()
        if "--check" in arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                drifted.append(name)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for name in drifted:
        print(f"{name} does not say what the code says: run python scripts/write_reference.py")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
