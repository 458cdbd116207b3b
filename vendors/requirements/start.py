"""What comes before any City system."""

from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Track
from vendors.requirements import rules
from vendors.requirements.requirement import NOT_STATED, Asks, Requirement

LEGAL_ENTITY = Requirement(
    key="legal-entity",
    implied_by=("pip-account", "passport-account"),
    group=Group.START,
    track=Track.ADVICE,
    asks=Asks(),
    title=_("A registered business with a tax number"),
    purpose=_(
        "To be known to the City’s systems. PIP and PASSPort ask for the legal name and the tax number."
    ),
    needed_by=_("Every business that sells to the City."),
    rule=rules.needed_always,
    where=_(
        "With the Internal Revenue Service (IRS) for the number, and with the New York Department of State for the registration."
    ),
    steps=(
        _("Get an EIN from the IRS. Some of the self-employed use their own number."),
        _(
            "Register the business with the New York Department of State, if its form asks for that."
        ),
        _("Write the legal name the same way everywhere."),
    ),
    evidence=_("You have both. Here you say only yes or no."),
    lasts=_("Until something of it changes."),
    takes=NOT_STATED,
    verified_by=_("You can. The City checks the number when you make your accounts."),
    helped_by=_("The City’s guide for beginners leads through it."),
    links=("getting-started",),
    help_links=("getting-started",),
    notes=(_("This site never asks for the number itself."),),
    sources=(_("MOCS: Getting Started; answers to frequent questions"),),
)
