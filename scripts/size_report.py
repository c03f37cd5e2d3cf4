"""How long functions and files are: p90 <= 30 and p99 <= 70 lines a function, 500 lines a file (250 a component)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FILE, LONGEST_COMPONENT = 500, 250
LIMITS = {90: 30, 99: 70}


def sources() -> Iterator[Path]:
    for folder in ("src", "tests", "bench", "scripts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """Lines and name of every function of a file, its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            first = node.body[0]
            told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
            yield node.end_lineno - node.lineno + 1 - docstring, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def main() -> int:
    found = sorted(entry for path in sources() if path.is_relative_to(ROOT / "src") for entry in functions(path))
    wrong = []
    for percent, limit in LIMITS.items():
        lines = found[min(len(found) - 1, len(found) * percent // 100)][0]
        print(f"functions: p{percent} is {lines} lines (limit {limit})")
        if lines > limit:
            wrong.append(f"p{percent}")
    for path in sources():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            wrong.append(str(path.relative_to(ROOT)))
            print(
                f"{path.relative_to(ROOT)} has {lines} lines: make it a folder of the same name (limit {LONGEST_FILE})"
            )
    for path in sorted((ROOT / "web").rglob("*.vue")) if (ROOT / "web").is_dir() else ():
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if "node_modules" not in path.parts and lines > LONGEST_COMPONENT:
            wrong.append(str(path.relative_to(ROOT)))
            print(f"{path.relative_to(ROOT)} has {lines} lines (limit {LONGEST_COMPONENT})")
    for lines, where in found[-5:]:
        print(f"  {lines:4d} {where}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
