"""Children that do not outlive their parent (no Django here)."""

from __future__ import annotations

from citybrain.base.processes.orphans import die_with_parent, end_with_parent

__all__ = ["die_with_parent", "end_with_parent"]
