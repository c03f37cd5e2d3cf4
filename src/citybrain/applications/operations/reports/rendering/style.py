"""How a report looks, on a screen and on paper."""

from __future__ import annotations

from pathlib import Path

from django.utils.safestring import SafeString

STYLE = SafeString(Path(__file__).with_name("report.css").read_text(encoding="utf-8"))
