"""Background work of files."""

from __future__ import annotations

from citybrain.base.files import actions
from citybrain.base.jobs import every


@every(minutes=60, name="files.sweep")
def sweep() -> None:
    """Uploads that nobody attached."""
    actions.sweep_unattached()
