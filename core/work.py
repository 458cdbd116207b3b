"""What waits for somebody at the desk. Each app registers its piles; the count and the list are one queryset.

A pile grows by what happens and shrinks when the thing is mended: nobody ticks anything off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PARAMETER = "work"


@dataclass(frozen=True)
class Pile:
    """``rows`` says which rows wait at a moment; ``permission`` who is told of them."""

    key: str
    model: type[Model]
    title: Promise
    explanation: Promise
    permission: str
    rows: Callable[[datetime], QuerySet[Any]]

    @property
    def address(self) -> str:
        """The list at the desk that shows these rows and no others."""
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist"
        return f"{reverse(name)}?{PARAMETER}={self.key}"


PILES: dict[str, Pile] = {}


def pile(
    key: str, model: type[Model], *, title: Promise, explanation: Promise, permission: str
) -> Callable[[Callable[[datetime], QuerySet[Any]]], Callable[[datetime], QuerySet[Any]]]:
    """Register a pile: the function gets the moment and returns the rows that wait then."""

    def register(rows: Callable[[datetime], QuerySet[Any]]) -> Callable[[datetime], QuerySet[Any]]:
        PILES[key] = Pile(key, model, title, explanation, permission, rows)
        return rows

    return register


def counted(person: Any, *, moment: datetime) -> list[tuple[Pile, int]]:
    """Return what this person is told of, with the number of rows that wait; empty piles come last.

    One query for each pile.
    """
    shown = [each for each in PILES.values() if person.has_perm(each.permission)]
    counts = [(each, each.rows(moment).count()) for each in shown]
    return sorted(counts, key=lambda counted: not counted[1])


class WorkFilter(admin.SimpleListFilter):
    """Shows one pile of a list. Belongs into ``list_filter`` of every model that has piles."""

    title = _("what waits")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(key, each.title) for key, each in PILES.items() if each.model == model_admin.model]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        chosen = PILES.get(self.value() or "")
        if chosen is None or chosen.model != queryset.model:
            return None
        return queryset.filter(pk__in=chosen.rows(timezone.now()).order_by().values("pk"))
