"""What would hurt if it were in the database of a real portal; ``migrate`` looks each time."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from accounts import demonstration, nyc_id
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


@register(Tags.security, deploy=True)
def nyc_id_is_set_whole(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Some of the three settings open nothing, and nobody would see why."""
    names = ("NYC_ID_SERVER_URL", "NYC_ID_CLIENT_ID", "NYC_ID_CLIENT_SECRET")
    missing = [name for name in names if not getattr(settings, name)]
    if len(missing) in {0, len(names)}:
        return []
    return [
        Error(
            f"Nobody can sign in with NYC.ID: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set.",
            hint="Set all three, or none of them.",
            id="portal.E004",
        )
    ]


@register(Tags.security)
def nyc_id_can_be_spoken_with(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Without its packages each sign-in would end in an error, and without https anybody could answer for it."""
    if not nyc_id.is_open():
        return []
    found = []
    if not (find_spec("jwt") and find_spec("requests")):
        hint = 'pip install "django-allauth[socialaccount]" (docs/operating.md, NYC.ID).'
        found.append(Error("Sign-in with NYC.ID needs packages that are not here.", hint=hint, id="portal.E005"))  # fmt: skip
    if not (settings.EMBEDDED or settings.NYC_ID_SERVER_URL.startswith("https://")):
        found.append(Error("NYC_ID_SERVER_URL is no https address.", id="portal.E006"))
    return found


def _is_migrated() -> bool:
    return User._meta.db_table in connections["default"].introspection.table_names()
