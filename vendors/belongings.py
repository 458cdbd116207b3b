"""A person's share in businesses: what "My account" shows, gives as a file, and lets go of."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.belongings import Part, register
from accounts.models import User
from vendors import actions
from vendors.models import Membership, Vendor

SAID = (
    "name",
    "dba",
    "kind",
    "description",
    "website",
    "zip_code",
    "nigp",
    "contact_name",
    "contact_email",
    "contact_phone",
    "reaches_disclosure",
)


def shown(user: User) -> dict[str, Any]:
    return {"businesses": Vendor.objects.of(user).order_by("name", "pk")}


def exported(user: User) -> list[dict[str, Any]]:
    """Return every business of ``user`` with what it says of itself. Of other people it names nobody."""
    mine = Membership.objects.filter(user=user).select_related("vendor").order_by("pk")
    return [
        {
            **{name: getattr(member.vendor, name) for name in SAID},
            "role": member.role,
            "joined_at": member.joined_at.isoformat(),
            "codes": [str(code) for code in member.vendor.codes.order_by("scheme", "code")],
            "holdings": {
                holding.requirement: holding.as_json()
                for holding in member.vendor.holdings.order_by("requirement")
            },
        }
        for member in mine
    ]


def register_part() -> None:
    register(
        Part(
            key="businesses",
            title=_("My business"),
            template="vendors/business/_part.html",
            shown=shown,
            export=exported,
            erase=lambda user, moment: actions.forget(user, moment=moment),
            place=20,
            goes=_(
                "Your place in every business. A business without other members is deleted with its checklist; one that has them goes to the member who joined first, unless another owner is there."
            ),
        )
    )
