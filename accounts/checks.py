"""What would hurt if it were in the database of a real portal; ``migrate`` looks each time."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from accounts import demonstration
from accounts.models import User


@register(Tags.database)
def no_demonstration_account(
    databases: Sequence[str] | None = None, **_kwargs: Any
) -> Sequence[CheckMessage]:
    """A database that the embedded mode has used brings an account with it that may do everything."""
    if settings.EMBEDDED or not databases or not _is_migrated() or not demonstration.exists():
        return []
    return [
        Error(
            f"The demonstration account {demonstration.ADDRESS} is in this database.",
            hint="Begin with an empty database, or deactivate and rename that account.",
            id="portal.E003",
        )
    ]


def _is_migrated() -> bool:
    return User._meta.db_table in connections["default"].introspection.table_names()
