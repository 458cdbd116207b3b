"""The letter to a business that the City's newest list no longer has."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.links import absolute
from letters.actions import post
from letters.choices import Priority
from letters.gallery import example
from letters.rendering import write
from vendors.choices import Role
from vendors.models import RegisterMatch

TEMPLATE = "vendors/off_the_list"


def off_the_list(match: RegisterMatch, *, listed_on: date, moment: datetime) -> None:
    """Write to each owner, once for each list that has no entry. In the transaction that raises the flag."""
    context = {
        "business": match.vendor.name,
        "listed_on": listed_on,
        "url": absolute(match.vendor.get_absolute_url()),
    }
    owners = match.vendor.memberships.filter(role=Role.OWNER).select_related("user")
    for owner in owners.order_by("pk"):
        post(
            write(TEMPLATE, context, language="en"),
            to=owner.user.email,
            kind="off-the-list",
            owner=owner.reader,
            slot=f"off-the-list:{match.pk}:{listed_on}",
            priority=Priority.NEWS,
            moment=moment,
        )


@example(
    "vendors.off-the-list",
    template=TEMPLATE,
    title=_("Not on the City’s newest list"),
    sent_when=_("A business that staff had found on the City’s list of certified businesses is not on the next one."),
)  # fmt: skip
def _example() -> dict[str, Any]:
    return {
        "business": "Smith Brothers",
        "listed_on": date(2027, 1, 4),
        "url": absolute("/business/"),
    }
