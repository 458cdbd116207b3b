"""What lists are found and counted by: made from the log of public change, and made again by ``rebuild_search``.

Written by ``search.index`` and ``search.tally`` in the transaction of each revision, and by nobody else.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry, Method, Outcome, ValueBand
from opportunities.models.opportunity import Opportunity


class SearchEntry(models.Model):
    """The search words of one public opportunity, as each database indexes them.

    SQLite holds them in an FTS5 table, whose key is called rowid; PostgreSQL as two ``tsvector`` columns
    with an index. Migration 0003 makes both by hand, so Django must never alter this table.
    """

    opportunity = models.OneToOneField(
        Opportunity, on_delete=models.CASCADE, primary_key=True, db_column="rowid", related_name="+"
    )
    title = models.TextField()
    words = models.TextField()

    def __str__(self) -> str:
        return f"words of {self.pk}"


class SearchWord(models.Model):
    """A word as it stands in what is or was public: what “did you mean” chooses from."""

    word = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.word


class Tally(models.Model):
    """How many decided purchases share something that a list can be narrowed down by.

    Decided ones are nearly all there ever are, and they change seldom: counting them again for each page
    took 1.5 s among a million. A blank stands for “whatever it is”, so each purchase is counted in the 64
    rows that name some of its facts, and what any page asks for is read from a few rows, however many
    combinations there are.
    """

    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(
        help_text=_("The City fiscal year of the decision; 0 where the outcome is blank.")
    )
    industry = models.CharField(max_length=30, choices=Industry.choices, blank=True)
    method = models.CharField(max_length=30, choices=Method.choices, blank=True)
    sector = models.CharField(max_length=2, blank=True)  # of NAICS; 00: unknown
    band = models.CharField(max_length=12, choices=ValueBand.choices, blank=True)
    brand = models.CharField(max_length=8, blank=True)  # "named" or "none"
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # What is asked for one by one first, what is asked for in a row last.
                fields=["industry", "method", "band", "brand", "outcome", "sector", "fiscal_year"],
                name="tally_once_per_combination",
            ),
            models.CheckConstraint(condition=Q(count__gte=0), name="tally_never_below_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.outcome} in {self.fiscal_year}"
