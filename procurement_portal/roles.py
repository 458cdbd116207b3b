"""Who may do what at the desk. Each role holds what it gives: nobody hands out a right that they lack.

The table in docs/staff-guide.md says the same in words; tests hold the two together, and try every role on every
page of the desk.
"""

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role, declares_roles

LOOKS_AT = (
    "opportunity revision agency commoditycode methodlimit officiallink synonymgroup importrun"
)
KEEPS = "agency commoditycode officiallink synonymgroup"

AUTHOR = {
    *(f"opportunities.view_{model}" for model in LOOKS_AT.split()),
    *(f"opportunities.{verb}_opportunity" for verb in ("add", "change", "delete")),
    "vendors.view_certifiedbusiness",
}
# Of a letter only that somebody has looked at it can be changed.
PUBLISHER = {
    *AUTHOR,
    "opportunities.publish_opportunity",
    "letters.view_letter",
    "letters.change_letter",
}
VENDOR_SUPPORT = {
    *(
        f"vendors.view_{model}"
        for model in ("vendor", "membership", "holding", "registermatch", "certifiedbusiness")
    ),
    "vendors.verify_holding",
    "vendors.confirm_match",
}


# Whoever could see these would learn how people sign in; the desk shows them to superusers alone.
FOR_SUPERUSERS = {"mfa.view_authenticator"}


@declares_roles
def roles() -> list[Role]:
    """Return every role. Whoever reads all reads what comes to the desk later, too."""
    manager = {
        *PUBLISHER,
        *VENDOR_SUPPORT,
        *_everything_to_read(),
        *(
            f"opportunities.{verb}_{model}"
            for model in KEEPS.split()
            for verb in ("add", "change", "delete")
        ),
        # A limit that was in force stays: purchases are judged by the limit of their day.
        *(f"opportunities.{verb}_methodlimit" for verb in ("add", "change")),
        *(f"accounts.{verb}_user" for verb in ("add", "change")),
        "letters.change_channel",  # pauses all mail
        *(f"letters.{verb}_kindontrial" for verb in ("add", "delete")),
        "vendors.load_register",
        # The brakes: all letters wait, or those of one kind.
        *(f"letters.{verb}_kindontrial" for verb in ("add", "change", "delete")),
    }
    return [
        Role("Author", _("Drafts purchases."), frozenset(AUTHOR)),
        Role(
            "Publisher",
            _(
                "Does what an author does; publishes, changes what is public, extends, awards, cancels, withdraws."
            ),
            frozenset(PUBLISHER),
        ),
        Role(
            "Manager",
            _(
                "Does what everybody else does; keeps limits, links, codes, synonyms and agencies; gives roles; loads the City’s list of certified businesses."
            ),
            frozenset(manager),
        ),
        Role("Viewer", _("Reads all, changes nothing."), frozenset(_everything_to_read())),
        Role(
            "Vendor support",
            _(
                "Helps businesses: sees what they say they hold, and verifies it; confirms who is on the City’s list. Sees no draft."
            ),
            frozenset(VENDOR_SUPPORT),
        ),
    ]


def _everything_to_read() -> set[str]:
    views = {
        f"{model._meta.app_label}.{get_permission_codename('view', model._meta)}"
        for model in admin.site._registry
    }
    return views - FOR_SUPERUSERS
