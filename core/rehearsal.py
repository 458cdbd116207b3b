"""Doing a thing to see what comes of it, and taking all of it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def rehearsal() -> Iterator[None]:
    """Whatever is written inside is gone afterwards: nobody else ever sees it, and no row stays locked."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
