"""Wake a worker now instead of at the next tick. A ring may be lost: the tick comes anyway."""

import logging
from typing import Any

from celery import Task
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: "Task[Any, Any]") -> None:
    """Ask for ``task`` once the current transaction is committed.

    A broker that is down or hangs costs about a second and no error: work is found in the database.
    """
    transaction.on_commit(lambda: _ring_now(task), robust=True)


def _ring_now(task: "Task[Any, Any]") -> None:
    try:
        task.apply_async(retry=False, expires=60)
    except Exception as error:  # noqa: BLE001  (any failure of a broker is the same to us)
        logger.warning(
            "doorbell not rung", extra={"task": task.name, "error": type(error).__name__}
        )
