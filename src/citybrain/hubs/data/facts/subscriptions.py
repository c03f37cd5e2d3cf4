"""The lake reads the outbox by itself, in batches; the outbox keeps what the lake has not had."""

from __future__ import annotations

from citybrain.base.bus import declare_reader
from citybrain.hubs.data.facts.projecting import READER

declare_reader(READER)
