"""One business with one of everything that its pages may show."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from opportunities.choices import Method
from tests.factories import OpportunityFactory, PersonFactory, StaffFactory, VendorFactory, holding
from vendors import actions
from vendors.choices import Answer
from vendors.models import Vendor

PAGES = ("business", "edit", "codes", "disclosure", "people", "close")
HELD = ("passport-account", "mwbe-certification", "electronic-payment", "licences-and-insurance", "filed-enrollment")  # fmt: skip


def furnished_business() -> tuple[Vendor, list[str]]:
    """Return a business with two owners, and the address of each page that its owner may open."""
    now = timezone.now()
    today = timezone.localdate(now)
    vendor = VendorFactory.create(name="Harbor Boards", dba="Boards", kind="for-profit")
    colleague = PersonFactory.create()
    for email in (colleague.email, "reader@example.com"):
        offered = actions.invite(vendor, email, role="owner", by=vendor.anchor.user, moment=now)
        if email == colleague.email:
            actions.accept(offered, by=colleague, moment=now)
    holding(vendor, "pip-account", evidence="VC123")
    holding(vendor, "passport-account", state="verified")
    holding(vendor, "filed-enrollment", expires_on=today - timedelta(days=1))
    holding(vendor, "mwbe-certification", covers=("MBE",), expires_on=today + timedelta(days=30))
    holding(vendor, "substitute-w9", state="in-progress")
    rejected = holding(vendor, "electronic-payment")
    actions.reject(rejected, reason="Harbor Boards", by=StaffFactory.create(), moment=now)
    actions.answer_disclosure(vendor, Answer.YES, moment=now)
    human = OpportunityFactory.create(
        title="Counselling", method=Method.SEALED_PROPOSAL, industry="human-services", published=True
    )  # fmt: skip
    small = OpportunityFactory.create(title="More Boards", licences_needed="Boards", published=True)
    return vendor, [
        *(reverse(f"business:{page}", args=[vendor.key]) for page in PAGES),
        *(reverse("business:holding", args=[vendor.key, key]) for key in HELD),
        reverse("business:codes", args=[vendor.key]) + "?q=helicopter",
        reverse("business:new"),
        reverse("readiness:readiness", args=[small.reference]),
        reverse("readiness:readiness", args=[human.reference]),
    ]
