from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from core.models import Deed  # noqa: F401  (named in the base class)


class DeedQuerySet(models.QuerySet["Deed"]):
    def about(self, row: models.Model) -> Self:
        """Keep what was done to ``row``."""
        return self.filter(subject_model=row._meta.label_lower, subject=str(row.pk))

    def of(self, person: int | None) -> Self:
        """Keep what the person of this key did."""
        return self.filter(person=person)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")
