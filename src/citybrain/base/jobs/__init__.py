"""Background work: `@every` for what comes round, `@job` with `enqueue` for what is asked for, `@loop` for what waits
for nothing. All of it runs in the process `work`; failures are kept where people see them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from citybrain.base.jobs.registry import every, job, loop

if TYPE_CHECKING:
    from citybrain.base.jobs.actions import enqueue
    from citybrain.base.jobs.running import run_due
    from citybrain.base.jobs.worker import Worker

__all__ = ["Worker", "enqueue", "every", "job", "loop", "run_due"]


LATER = {"Worker": "worker", "enqueue": "actions", "run_due": "running"}


def __getattr__(name: str) -> Any:
    """What needs the models is imported when it is first asked for: apps import this package before models exist."""
    if name in LATER:
        return getattr(import_module(f"citybrain.base.jobs.{LATER[name]}"), name)
    raise AttributeError(name)
