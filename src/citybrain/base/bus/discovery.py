"""Finding the doors of all apps: every `subscriptions.py` or `jobs.py` of the platform is imported once."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

import citybrain


@cache
def import_all(name: str) -> tuple[str, ...]:
    """Import `<name>.py` of every package of the platform, in the order of their names; returns the modules."""
    root = Path(citybrain.__file__).parent
    modules = tuple(
        ".".join(("citybrain", *path.relative_to(root).with_suffix("").parts))
        for path in sorted(root.rglob(f"{name}.py"))
    )
    for module in modules:
        import_module(module)
    return modules
