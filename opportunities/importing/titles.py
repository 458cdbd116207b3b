"""The department's list as it is: titles, one a line. All else about such a purchase is still to be said."""

import tomllib
from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.analysis import plain_words
from opportunities.choices import Industry, Method, Stage
from opportunities.importing import cells as read_cell
from opportunities.importing.judging import Agencies, Said
from opportunities.importing.kinds import Cells
from opportunities.importing.purchases import PurchaseKind
from opportunities.models import ImportRun, Opportunity
from opportunities.upcoming import FILE

LONGEST = 200


class TitlesKind(PurchaseKind):
    """A title names a purchase as long as that is not decided; afterwards the same title is the next round."""

    name = "titles"
    title = gettext_lazy("Titles, pasted")
    explanation = gettext_lazy("One title a line. Each becomes a draft of an M/WBE small purchase.")
    is_pasted = True
    keeps_origin = False
    compared = frozenset()

    def read(self, run: ImportRun, cells: Cells, agencies: Agencies) -> Said:
        words = read_cell.text(cells["title"])
        if isinstance(words, read_cell.Doubt):
            return Said(refusals=[words.words], about={"title": cells["title"]})
        key = _key(words)
        if not key:
            return Said(left_out=_("There are no words in it."), about={"title": words})
        refusals = (
            [_("It has more than 200 characters. Shorten it.")] if len(words) > LONGEST else []
        )
        known = _known().get(key, {})
        return Said(
            key=f"title:{key}"[:LONGEST],
            agency=agencies.first,
            about={
                "title": words,
                "method": Method.MWBE_SMALL_PURCHASE,
                "industry": known.get("industry") or run.options.get("industry", Industry.GOODS),
                "keywords": known.get("keywords", ""),
                "classification_is_inferred": True,
                "source": _("The department’s list, pasted at the desk"),
            },
            naics_code=known.get("naics", ""),
            notes=[_how_sure(known)],
            refusals=refusals,
        )

    def matches(self, said: Sequence[Said]) -> dict[str, Opportunity]:
        """Find them among drafts and what is public and not decided, by title, whatever its capitals and points."""
        keys = {each.key.removeprefix("title:"): each.key for each in said}
        live = Q(stage=Stage.PUBLISHED, decided_at__isnull=True)
        found = [
            *Opportunity.objects.filter(live, title_key__in=keys),
            *Opportunity.objects.filter(stage=Stage.DRAFT, title_key__in=keys),
        ]
        return {keys[purchase.title_key]: purchase for purchase in reversed(found)}


def _key(title: str) -> str:
    return " ".join(plain_words(title))[: LONGEST - len("title:")]


@cache
def _known() -> dict[str, dict[str, Any]]:
    """Return our own reading of the titles on the department's page, by their words."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return {_key(row["title"]): row for row in listed["purchase"]}


def _how_sure(known: dict[str, Any]) -> str:
    if known:
        return str(_("Industry and code inferred from the title; how sure: %s.") % known["sure"])
    return _("Its industry was chosen for the whole list. Look whether it fits.")
