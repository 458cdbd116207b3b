"""Roles: Django's groups, whose permissions are what the code says and nothing else.

The roof declares the roles (``procurement_portal.roles``), since only it knows every app. Groups that
somebody made by hand are left as they are.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction
from django.utils.functional import Promise


@dataclass(frozen=True)
class Role:
    """``permissions`` are named as ``has_perm`` wants them, such as “opportunities.publish_opportunity”."""

    name: str
    duty: Promise
    permissions: frozenset[str]


Declaration = Callable[[], Iterable[Role]]
DECLARATIONS: list[Declaration] = []


def declares_roles(function: Declaration) -> Declaration:
    """Register a function that returns roles; it is called once the desk is complete."""
    DECLARATIONS.append(function)
    return function


@cache
def roles() -> dict[str, Role]:
    """Return every declared role by its name."""
    return {role.name: role for declaration in DECLARATIONS for role in declaration()}


def given_by(person: Any) -> list[str]:
    """Return the names of the roles that ``person`` may give: those of which they hold every right."""
    held = person.get_all_permissions()
    return [
        role.name for role in roles().values() if person.is_superuser or role.permissions <= held
    ]


@transaction.atomic
def keep_in_step() -> None:
    """Give each declared role exactly its permissions. Safe to repeat; writes only what differs.

    Raises ``LookupError`` naming the permissions that are declared and do not exist.
    """
    known = {_name(permission): permission for permission in _permissions()}
    for role in roles().values():
        if unknown := role.permissions - known.keys():
            raise LookupError(f"{role.name}: there is no permission {', '.join(sorted(unknown))}")
        group, _new = Group.objects.get_or_create(name=role.name)
        held = {
            _name(permission) for permission in group.permissions.select_related("content_type")
        }
        if held != role.permissions:
            group.permissions.set([known[name] for name in role.permissions])


def after_migrate(**_sent: Any) -> None:
    """Receive ``post_migrate``, which comes app by app: make the permissions of all of them first."""
    tables = connection.introspection.table_names()
    if {Group._meta.db_table, Permission._meta.db_table, "django_content_type"} <= set(tables):
        for config in apps.get_app_configs():
            create_permissions(config, verbosity=0)
        keep_in_step()


def _permissions() -> Iterator[Permission]:
    yield from Permission.objects.select_related("content_type")


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
