"""The Payee Information Portal: being paid, and being reached."""

from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Track
from vendors.requirements import rules
from vendors.requirements.requirement import NOT_STATED, Asks, Requirement
from vendors.requirements.sources import LAW_PAGE, PIP_PAGES

PIP_ACCOUNT = Requirement(
    key="pip-account",
    group=Group.PIP,
    track=Track.READY,
    asks=Asks(evidence=_("FMS vendor code")),
    is_verifiable=True,
    title=_("PIP account"),
    purpose=_(
        "To be paid. The Payee Information Portal (PIP) is where the City keeps how to pay you, and where you see your payments."
    ),
    needed_by=_("Every business that sells to the City."),
    rule=rules.needed_always,
    where=_(
        "In PIP, on the web. FISA-OPA runs it: the City’s Financial Information Services Agency and Office of Payroll Administration."
    ),
    steps=(
        _("Search PIP for your business. It may be there already."),
        _(
            "If it is there, activate it. You prove that it is yours, for example with the number of a City check, payment, contract or order."
        ),
        _("If it is not there, create a new vendor."),
        _("Open the link that PIP emails to you, and choose “Submit Activation”."),
        _("Send the Substitute W-9 form, or a W-8. Without it the City cannot pay you."),
        _("Enroll in electronic payment (EFT). The law asks for it for contracts above $25,000."),
        _("Look at your “Ordering Email Address”. Agencies send notices of solicitations to it."),
    ),
    evidence=_("A vendor code, which the City calls the FMS vendor code."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_(
        "You can, by signing in to PIP. PASSPort’s public vendor list also shows the code."
    ),
    helped_by=_("The PIP website has its own help."),
    links=("pip",),
    help_links=("pip-help",),
    notes=(
        _("MOCS, the Mayor’s Office of Contract Services, advises making this account first."),
        _("Your tax and bank details belong in PIP. This site never asks for them."),
    ),
    our_reading=(
        _(
            "Check the Ordering Email Address once a year. If it is out of date, you miss notices and never know it."
        ),
    ),
    sources=(
        LAW_PAGE,
        _("MOCS: Getting Started; page about PIP"),
        _("City guide to activating a PIP account; Comptroller’s page for vendors"),
        _("New York City Administrative Code section 6-107.1 (electronic payment)"),
        _("PASSPort’s public vendor list, as others describe it (vendor code)"),
    ),
)

SUBSTITUTE_W9 = Requirement(
    key="substitute-w9",
    part_of="pip-account",
    after=("pip-account",),
    group=Group.PIP,
    track=Track.READY,
    asks=Asks(issued_on=_("Accepted on")),
    title=_("Substitute W-9 form"),
    purpose=_("To be paid. Without a Substitute W-9 (or W-8) the City makes no payment."),
    needed_by=_("Every business that sells to the City."),
    rule=rules.needed_always,
    where=_("In PIP."),
    steps=(
        _("Sign in to PIP."),
        _("Fill in the Substitute W-9 there. Businesses from abroad fill in a W-8."),
        _("Look again later: it counts once the City has accepted it."),
    ),
    evidence=_("PIP shows the form as accepted. Here you enter only the day."),
    lasts=_("Until your name, address or tax status changes. Then send a new one."),
    takes=NOT_STATED,
    verified_by=_("You can, by signing in to PIP."),
    helped_by=_("The PIP website has its own help."),
    links=("pip",),
    help_links=("pip-help",),
    notes=(_("The form carries your tax number. It belongs in PIP. This site never asks for it."),),
    sources=(PIP_PAGES,),
)

ELECTRONIC_PAYMENT = Requirement(
    key="electronic-payment",
    part_of="pip-account",
    after=("pip-account",),
    group=Group.PIP,
    track=Track.READY,
    asks=Asks(issued_on=_("Enrolled on")),
    title=_("Electronic payment (EFT)"),
    purpose=_("To be paid by transfer. For contracts above $25,000 the law allows nothing else."),
    needed_by=_("Every business that is awarded a contract above $25,000."),
    rule=rules.needed_above_the_amount_for_transfers,
    where=_("In PIP."),
    steps=(
        _("Sign in to PIP."),
        _("Enroll in electronic funds transfer (EFT) with your bank account."),
    ),
    evidence=_("PIP shows the enrollment as active. Here you say only yes or no."),
    lasts=_("Until your bank account changes."),
    takes=NOT_STATED,
    verified_by=_("You can, by signing in to PIP."),
    helped_by=_("The PIP website has its own help."),
    links=("pip",),
    help_links=("pip-help",),
    notes=(_("Bank details belong in PIP. This site never asks for them."),),
    sources=(
        _("New York City Administrative Code section 6-107.1 (electronic payment)"),
        PIP_PAGES,
    ),
)

ORDERING_EMAIL = Requirement(
    key="ordering-email",
    part_of="pip-account",
    after=("pip-account",),
    group=Group.PIP,
    track=Track.ADVICE,
    asks=Asks(issued_on=_("Last checked on")),
    lasts_until=rules.one_year,
    is_only_rechecked=True,
    title=_("Ordering Email Address in PIP"),
    purpose=_("To be reached. Agencies send notices of solicitations to this address."),
    needed_by=_("Every business that wants to hear from agencies."),
    rule=rules.advised_always,
    where=_("In PIP."),
    steps=(
        _("Sign in to PIP and look at your “Ordering Email Address”."),
        _("Make it one that somebody reads every day, such as a shared mailbox."),
    ),
    evidence=_("The address that PIP shows. Here you enter only the day on which you looked."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_("You can, by signing in to PIP."),
    helped_by=_("The PIP website has its own help."),
    links=("pip",),
    help_links=("pip-help",),
    our_reading=(
        _("Look at it once a year. If it is out of date, you miss notices and never know it."),
    ),
    sources=(_("MOCS and Law Department: pages about solicitation notices by email"),),
)
