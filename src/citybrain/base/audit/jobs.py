from __future__ import annotations

from citybrain.base.audit import sealing
from citybrain.base.jobs import every


@every(name="audit.seal", seconds=0.5)
def seal() -> int:
    return sealing.seal_all()
