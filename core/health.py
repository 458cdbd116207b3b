"""Is the portal doing its work? Each app adds the questions that it can answer."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from celery import current_app
from django.db import connection

from core.logs import ADDRESS

logger = logging.getLogger(__name__)

Check = Callable[[datetime], str]
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Register a question: called with the moment, it returns blank when all is well, else what is wrong."""

    def register(function: Check) -> Check:
        CHECKS[name] = function
        return function

    return register


def ask_all(moment: datetime) -> dict[str, str]:
    """Return each check's answer by name; a check that fails answers with its kind of failure."""
    return ask(CHECKS, moment)


def ask(names: Iterable[str], moment: datetime) -> dict[str, str]:
    """Return the answers of some checks, as :func:`ask_all` does."""
    return {name: _ask(name, CHECKS[name], moment) for name in names}


def _ask(name: str, function: Check, moment: datetime) -> str:
    try:
        # Anybody may read this, and mail servers quote the address that they refuse.
        return ADDRESS.sub("…@…", function(moment))
    except Exception as error:  # noqa: BLE001  (whatever fails is the answer)
        logger.warning("health check failed", extra={"check": name, "error": type(error).__name__})
        return f"not reachable ({type(error).__name__})"


@check("database")
def database(_moment: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


@check("broker")
def broker(_moment: datetime) -> str:
    with current_app.connection_for_write(connect_timeout=1) as link:
        link.ensure_connection(max_retries=1, timeout=1, interval_start=0)
    return ""
