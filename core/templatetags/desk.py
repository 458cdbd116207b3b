"""What the home of the desk shows."""

from typing import Any

from django import template
from django.utils import timezone

from core import work
from core.models import Deed

register = template.Library()
LATEST = 10


@register.simple_tag
def work_queue(person: Any) -> list[tuple[work.Pile, int]]:
    """Return what waits, as far as this person is told of it."""
    return work.counted(person, moment=timezone.now())


@register.simple_tag
def latest_deeds(person: Any) -> list[Deed]:
    """Return what this person did last."""
    return list(Deed.objects.of(person.pk).newest_first()[:LATEST])
