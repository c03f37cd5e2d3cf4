"""Capabilities (能力): algorithms that can be called by name, from Python and over HTTP, with typed input and output.

A part of the platform or a sector pack declares its own in a file `capabilities.py`:

    @capability("environment.aqi", version="1.0.0", title={"zh": "…", "en": "…"}, input=AqiInput, output=AqiOutput)
    def work_out_aqi(given: AqiInput) -> AqiOutput: ...
"""

from citybrain.hubs.intelligence.capabilities.registry import (
    Capability,
    all_capabilities,
    capability,
    find_capability,
    replaced_capability,
)

__all__ = ["Capability", "all_capabilities", "capability", "find_capability", "replaced_capability"]
