"""What human services solicitations ask for, and no other."""

from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Track
from vendors.requirements import rules
from vendors.requirements.requirement import NOT_STATED, Asks, LeadTime, Requirement
from vendors.requirements.sources import LAW_PAGE, PASSPORT_HELP, PASSPORT_HELP_LINKS

HHS_PREQUALIFICATION = Requirement(
    key="hhs-prequalification",
    group=Group.HUMAN_SERVICES,
    track=Track.HUMAN_SERVICES,
    after=("passport-account",),
    asks=Asks(
        issued_on=_("Approved on"),
        expires_on=True,
        covers=_("Categories of service, one a line"),
    ),
    lead=LeadTime(90, _("PPB Rules section 3-16, in the text of 2020: the most it may take")),
    lasts_until=rules.as_prequalification_lasts,
    is_verifiable=True,
    title=_("HHS prequalification"),
    purpose=_(
        "To respond to Health and Human Services (HHS) solicitations: services that the City pays for and that other people receive."
    ),
    needed_by=_("Only those who respond to human services solicitations."),
    rule=rules.needed_for_human_services,
    where=_("In PASSPort. MOCS, the Mayor’s Office of Contract Services, reviews it."),
    steps=(
        _("Get a PASSPort account first."),
        _(
            "Fill in the HHS Prequalification Application there. You need the role of Vendor Admin or Vendor Procurement."
        ),
        _("Choose the categories of client services that you provide."),
        _("Submit it. MOCS reviews it and decides."),
    ),
    evidence=_("An HHS Prequalification Application with the status “Approved”."),
    lasts=_(
        "For nonprofits, until the yearly financial report expires. For some others, such as businesses for profit, three years."
    ),
    takes=_("The rule gives the City 90 days from a complete application."),
    verified_by=_("MOCS, which approves it in PASSPort."),
    helped_by=PASSPORT_HELP,
    links=("hhs-prequalification", "passport"),
    help_links=PASSPORT_HELP_LINKS,
    notes=(
        _(
            "M/WBE small purchases never need it: that method may not be used to buy human services."
        ),
        _(
            "Legal services for the City itself are professional services, not human services. They do not need it."
        ),
        _("If your accountant’s audit or review is late, a 30-day extension exists."),
        _("Nonprofits funded by City Council discretionary awards alone have a shorter form."),
    ),
    sources=(
        LAW_PAGE,
        _(
            "MOCS: Submit the HHS Accelerator Prequalification (PQL) Application; answers on disclosure reform"
        ),
        _("PPB Rules sections 1-01, 3-08 and 3-16 (3-16 in the text of 2020)"),
    ),
)

DISCRETIONARY_PREQUALIFICATION = Requirement(
    key="discretionary-prequalification",
    group=Group.HUMAN_SERVICES,
    track=Track.ADVICE,
    after=("passport-account",),
    asks=Asks(issued_on=_("Approved on"), expires_on=True),
    is_verifiable=True,
    title=_("Discretionary prequalification"),
    purpose=_(
        "To receive City Council discretionary awards. It is a short form of three questions, the Discretionary PQL."
    ),
    needed_by=_(
        "Only nonprofits that receive City Council discretionary money and no other City money."
    ),
    rule=rules.needed_by_no_solicitation,
    where=_("In PASSPort."),
    steps=(
        _("Get a PASSPort account first."),
        _("Fill in the Discretionary PQL there and submit it."),
    ),
    evidence=_("The status “Approved” in PASSPort."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_("MOCS, which approves it in PASSPort."),
    helped_by=PASSPORT_HELP,
    links=("hhs-prequalification", "passport"),
    help_links=PASSPORT_HELP_LINKS,
    notes=(_("No purchase on this site asks for it."),),
    sources=(_("MOCS: answers on disclosure reform, 2025"),),
)

CHARITIES_FILING = Requirement(
    key="charities-filing",
    group=Group.HUMAN_SERVICES,
    track=Track.HUMAN_SERVICES,
    asks=Asks(issued_on=_("Filed on"), expires_on=True),
    lasts_until=rules.one_year,
    title=_("New York State charities filing"),
    purpose=_(
        "To be prequalified as a nonprofit. The application for HHS prequalification asks for it."
    ),
    needed_by=_("Nonprofits that respond to human services solicitations."),
    rule=rules.needed_of_nonprofits_for_human_services,
    where=_("With the Charities Bureau of the New York State Attorney General."),
    steps=(
        _("See whether this year’s filing has been made."),
        _("If not, file it with your financial statements."),
    ),
    evidence=_("The filing in the Charities Bureau’s register. Here you enter only the day."),
    lasts=_("One year. It is due again each year."),
    takes=NOT_STATED,
    verified_by=_("You can, by looking at the register."),
    helped_by=_("The Charities Bureau."),
    links=("hhs-prequalification",),
    help_links=PASSPORT_HELP_LINKS,
    sources=(_("MOCS: Submit the HHS Accelerator Prequalification (PQL) Application"),),
)
