import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import connection, models
from django.db.models.expressions import RawSQL

from alerts.choices import Frequency, Kind
from opportunities.models import Revision

if TYPE_CHECKING:
    from alerts.models import Match, Subscriber, Subscription  # noqa: F401  (named in the base classes)


def among(numbers: Sequence[int]) -> RawSQL:
    """Return ``numbers`` as a subquery: one parameter, where thousands take longer to write than to look up."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(numbers)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(numbers))])


class IsAmong(models.Lookup):
    """Say whether a column has one of many numbers, as a condition: looked up one by one in an index, and nothing read
    beside it."""

    prepare_rhs = False
    rhs: Sequence[int]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            listed = ",".join(map(str, self.rhs))
            return f"{column} = ANY(ARRAY(SELECT unnest(%s::bigint[])))", (*params, f"{{{listed}}}")
        listed = json.dumps(self.rhs)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, listed)  # noqa: S608  (the column is named by Django)


class MatchQuerySet(models.QuerySet["Match"]):
    def tellable(self, *, read: int) -> Self:
        """Keep what is in no letter yet and may be told, when the log is ``read`` up to a place.

        What a purchase shows since, still held back or not matched yet, is told with it or not at all.
        """
        unread = Revision.objects.filter(sequence__gt=read)
        return self.filter(letter__isnull=True).exclude(
            revision__opportunity__in=unread.values("opportunity")
        )

    def carry(self, matches: Sequence["Match"]) -> None:
        """Write down which letter carries each of ``matches`` that none carries yet, and what it showed. One
        statement: with as many values as rows, Django's own takes longer than all else."""
        rows = [[match.pk, match.letter_id, match.shown_number] for match in matches]
        with connection.cursor() as cursor:
            cursor.execute(
                CARRY[connection.vendor].format(table=self.model._meta.db_table), [json.dumps(rows)]
            )


CARRY = {
    "postgresql": """
        UPDATE {table} SET letter_id = (carried->>1)::bigint, shown_number = (carried->>2)::int
        FROM jsonb_array_elements(%s::jsonb) AS carried
        WHERE {table}.id = (carried->>0)::bigint AND {table}.letter_id IS NULL
    """,
    "sqlite": """
        UPDATE {table} SET letter_id = json_extract(carried.value, '$[1]'), shown_number = json_extract(carried.value, '$[2]')
        FROM json_each(%s) AS carried
        WHERE {table}.id = json_extract(carried.value, '$[0]') AND {table}.letter_id IS NULL
    """,
}


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def wishing_links_at(self, moment: datetime) -> Self:
        """Keep who asked for a letter with links that is to be looked at by ``moment``, not later."""
        return self.filter(link_asked_at__isnull=False, link_due_at__lte=moment)

    def whose_slot_has_come(self, moment: datetime) -> Self:
        """Keep who gets daily or weekly letters and has one due by ``moment``."""
        return self.filter(next_letter_at__lte=moment).exclude(frequency=Frequency.SAME_DAY)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def in_force(self) -> Self:
        """Keep what was confirmed and has not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)

    def wanting(self, kind: Kind | None) -> Self:
        """Keep what asks for news of this kind; all of it where the news is of no kind."""
        # A value to compare with, or SQLite passes over the index that has it.
        return self.filter(**{f"wants_{kind.value}": models.Value(True)}) if kind else self  # noqa: FBT003  (a value in SQL)

    def pending(self) -> Self:
        """Keep what was asked for and neither confirmed nor ended."""
        return self.filter(confirmed_at__isnull=True, ended_at__isnull=True)
