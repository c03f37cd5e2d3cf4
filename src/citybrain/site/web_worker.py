"""What each granian worker imports: it dies with its parent, joins the city's clock, and serves Django."""

from __future__ import annotations

import os
from pathlib import Path

from citybrain.base.processes import die_with_parent
from citybrain.site.start import set_up

die_with_parent()
data = Path(os.environ["CITYBRAIN_DATA"])
set_up(data)

import citybrain.site.urls  # noqa: E402, F401  (every door is open before the first request comes)
from citybrain.site import wsgi  # noqa: E402  (Django must be set up first)
from citybrain.site.pulse import show_pulse  # noqa: E402

application = show_pulse(wsgi.application, data / "run")

__all__ = ["application"]
