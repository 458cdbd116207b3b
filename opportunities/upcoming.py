"""The purchases on the Law Department's own page, which this portal grows out of."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from opportunities import actions
from opportunities.choices import CodeScheme, Method
from opportunities.models import Agency, CommodityCode, Opportunity, Revision

FILE = Path(__file__).parent / "data" / "upcoming.toml"


@transaction.atomic
def load(*, moment: datetime) -> list[Opportunity]:
    """Publish the listed purchases that are not here yet, in the page's order; return those.

    Safe to repeat: a purchase is known by the page and its title there, which its first revision keeps
    even if staff have since renamed it or corrected where it is from.
    """
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))
    known = _titles_loaded_from(listed["source_url"])
    new = [row for row in listed["purchase"] if row["title"] not in known]
    return [_publish(row, listed, moment) for row in new]


def _titles_loaded_from(source_url: str) -> set[str]:
    first = Revision.objects.filter(number=1, snapshot__source_url=source_url)
    return set(first.values_list("snapshot__title", flat=True))


def _publish(row: dict[str, Any], listed: dict[str, Any], moment: datetime) -> Opportunity:
    purchase = Opportunity.objects.create(
        agency=Agency.objects.get(budget_code="025"),
        title=row["title"],
        method=Method.MWBE_SMALL_PURCHASE,
        industry=row["industry"],
        naics=CommodityCode.objects.get(scheme=CodeScheme.NAICS, code=row["naics"]),
        keywords=row["keywords"],
        classification_is_inferred=True,
        source=listed["source"],
        source_url=listed["source_url"],
        internal_notes=f"Industry and code inferred from the title; how sure: {row['sure']}.",
    )
    return actions.publish(purchase, by=None, moment=moment)
