"""This site's own stable name for an opportunity, as it stands in addresses."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.text import slugify

LONGEST = 60


def free_reference(model: type[models.Model], title: str) -> str:
    """Return a slug of ``title`` that no row of ``model`` has: “smartboards”, then “smartboards-2”.

    A title without Latin letters or digits becomes “opportunity”.
    """
    stem = slugify(title)[:LONGEST].strip("-") or "opportunity"
    rows: Any = model._default_manager.filter(reference__startswith=stem)
    taken = set(rows.values_list("reference", flat=True))
    return next(name for name in _candidates(stem) if name not in taken)


def _candidates(stem: str) -> Iterator[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1
