"""A worker process: the application, and a thread that takes over new settings."""

from __future__ import annotations

import gc
import os
import signal
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshc.late import late
from meshc.webhook import logs
from meshc.webhook.limits import Limits
from meshc.webhook.settings_in_force import settings_in_force
from meshc.webhook.watch import Watcher

# The application imports the metrics, which must know first under which name this process writes them.
if TYPE_CHECKING:
    from meshc.webhook import app, multiprocess
else:
    app, multiprocess = late("meshc.webhook.app"), late("meshc.webhook.multiprocess")

_LOOK_SECONDS = 0.2
_ALLOCATIONS = 20_000


@dataclass(frozen=True)
class WorkerConfig:
    """What a worker process is started with; `folder` is where it reports that it serves."""

    snapshot: Path
    folder: Path
    limits: Limits
    log_format: str
    log_level: str


def load_app(config: WorkerConfig, name: str) -> app.App:
    """The application of the worker called `name`."""
    logs.configure(config.log_format, config.log_level)
    multiprocess.use_identity(name)
    made = app.App({}, config.limits, started=started_file(config.folder, name))

    def take() -> None:
        made.settings = settings_in_force(config.snapshot)
        _settle_memory()

    # Made before the first look, so that no change falls between.
    watcher = Watcher(lambda: [config.snapshot], take, interval=_LOOK_SECONDS, settle=0.01)
    take()
    watcher.start()
    threading.Thread(target=_end_with, args=(os.getppid(),), name="meshc-parent", daemon=True).start()
    return made


def started_file(folder: Path, name: str) -> Path:
    """The file whose presence says that a worker serves."""
    return folder / f"started-{name}"


def _settle_memory() -> None:
    """Keep the garbage collector from walking over settings and templates again and again while pods wait.

    Reviews make hardly any cycles: what they leave is freed at once, and a collection now and then is enough.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 10, 10)


def _end_with(parent: int) -> None:
    """Stop when the main process is gone: nothing would renew the settings of an orphan."""
    waiting = threading.Event()
    while os.getppid() == parent:
        waiting.wait(1)
    os.kill(os.getpid(), signal.SIGTERM)
