"""Set when this process is asked to stop: long loops look at it between two pieces of work."""

import threading
from typing import Any

from celery.signals import worker_shutting_down

stopping = threading.Event()


@worker_shutting_down.connect
def stop_soon(**_kwargs: Any) -> None:
    stopping.set()
