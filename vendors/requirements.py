"""What the City asks of a vendor, in the order in which to do it.

The guide, the requirement pages and whatever else speaks of readiness read ``REQUIREMENTS`` and
nothing else. A sentence in it is backed by one of its ``sources``, save those in ``our_reading``,
which are ours and are shown as ours. What no source states says so: ``NOT_STATED``.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from opportunities.choices import Industry
from opportunities.methods import MethodFacts
from opportunities.models import Opportunity
from vendors.choices import Need

Text = str | Promise
Rule = Callable[[MethodFacts, str], Need]

NOT_STATED = _("Not stated by the City.")


@dataclass(frozen=True)
class Requirement:
    """One thing a vendor must have. ``links`` and ``help_links`` are keys of ``OfficialLink`` rows."""

    key: str  # in addresses; never change one
    title: Text
    purpose: Text
    needed_by: Text
    rule: Rule
    where: Text
    steps: tuple[Text, ...]
    evidence: Text
    lasts: Text
    takes: Text
    verified_by: Text
    helped_by: Text
    links: tuple[str, ...]
    help_links: tuple[str, ...]
    sources: tuple[Text, ...]
    notes: tuple[Text, ...] = ()
    our_reading: tuple[Text, ...] = ()

    def __str__(self) -> str:
        return str(self.title)

    def get_absolute_url(self) -> str:
        return reverse("vendors:requirement", args=[self.key])

    def applies_to(self, opportunity: Opportunity) -> Need:
        """Say whether ``opportunity`` asks for this; only its method and industry count."""
        return self.rule(opportunity.method_facts, opportunity.industry)


# --- When each is needed --------------------------------------------------------------------------


def needed_always(method: MethodFacts, industry: str) -> Need:
    return Need.NEEDED


def needed_from_an_amount_on(method: MethodFacts, industry: str) -> Need:
    """Any purchase may be the one that takes a vendor past the amount (9 RCNY 2-08(e)(1))."""
    return Need.CONDITIONAL


def needed_to_be_asked(method: MethodFacts, industry: str) -> Need:
    """M/WBE requests reach only vendors enrolled in the commodity; of others no such rule was seen."""
    return Need.NEEDED if method.needs_city_mwbe else Need.ADVISED


def needed_where_only_mwbes_may_sell(method: MethodFacts, industry: str) -> Need:
    return Need.NEEDED if method.needs_city_mwbe else Need.NOT_NEEDED


def needed_for_human_services(method: MethodFacts, industry: str) -> Need:
    """Human services alone; a method that may not buy them, as the M/WBE one, never asks for it."""
    if industry == Industry.HUMAN_SERVICES and method.allows_human_services:
        return Need.NEEDED
    return Need.NOT_NEEDED


# --- What the City asks ---------------------------------------------------------------------------

LAW_PAGE = _("Law Department, Procurement Information page")
PASSPORT_HELP = _(
    "MOCS teaches PASSPort on its learning pages. Its Service Desk answers when PASSPort itself does not work."
)
PASSPORT_HELP_LINKS = ("passport-learn", "mocs-service-desk")

PIP_ACCOUNT = Requirement(
    key="pip-account",
    title=_("PIP account"),
    purpose=_(
        "To be paid. The Payee Information Portal (PIP) is where the City keeps how to pay you, and where you see your payments."
    ),
    needed_by=_("Every business that sells to the City."),
    rule=needed_always,
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

PASSPORT_ACCOUNT = Requirement(
    key="passport-account",
    title=_("PASSPort account"),
    purpose=_(
        "To respond. The City buys through PASSPort, its Procurement and Sourcing Solutions Portal. Finding and answering solicitations, disclosures and signing contracts are all there."
    ),
    needed_by=_("Every business that wants to respond to a solicitation."),
    rule=needed_always,
    where=_("In PASSPort, in two steps. MOCS, the Mayor’s Office of Contract Services, runs it."),
    steps=(
        _("Register for an NYC.ID on the PASSPort page."),
        _("Sign in to PASSPort with it and submit an account request."),
    ),
    evidence=_("An email that says your request is approved."),
    lasts=NOT_STATED,
    takes=_("Usually one to two business days, as MOCS wrote in 2020."),
    verified_by=_("You can, by signing in. The City approves each request."),
    helped_by=PASSPORT_HELP,
    links=("passport-account", "passport"),
    help_links=PASSPORT_HELP_LINKS,
    notes=(
        _(
            "NYC.ID is a sign-in for several City websites. It is not IDNYC; the two are easily mixed up."
        ),
        _("The City checks your tax number (EIN or SSN) when the account is made."),
        _("Whoever makes the request becomes the Vendor Admin. MOCS advises having two."),
        _(
            "A colleague can sign in only after a Vendor Admin adds them as a contact with a role, under the email of their own NYC.ID."
        ),
        _("MOCS recommends Chrome on a desktop computer. PASSPort is not made for phones."),
    ),
    sources=(
        LAW_PAGE,
        _("MOCS: Create a PASSPort Account; Learning to Use PASSPort"),
        _("MOCS: answers to frequent questions, 2020 and October 2024"),
    ),
)

FILED_ENROLLMENT = Requirement(
    key="filed-enrollment",
    title=_("Filed enrollment and disclosures"),
    purpose=_(
        "To be awarded contracts once your City awards reach a set amount. The City then asks for disclosures about your business and its principals."
    ),
    needed_by=_(
        "Every business whose City awards reach $250,000 or more within twelve months, the new award included."
    ),
    rule=needed_from_an_amount_on,
    where=_("In PASSPort, as your enrollment package."),
    steps=(
        _("Fill in the package: Basic Information, Contacts, Disclosures and Documents."),
        _("Disclosures are questionnaires about the business and about its principals."),
        _("Choose “Check Progress”. When all is there, the package is “Ready to Submit”."),
        _("Have it signed. Only a person with the role of Signatory can sign."),
        _("Submit it, and wait for the email that says “Filed”."),
    ),
    evidence=_("The status “Filed” in PASSPort. Agencies can then see your profile."),
    lasts=_(
        "Three years from the electronic signature. At each award you certify that nothing has changed, or you update it."
    ),
    takes=NOT_STATED,
    verified_by=_("City agencies, who see the status in PASSPort."),
    helped_by=PASSPORT_HELP,
    links=("passport-enrollment", "passport"),
    help_links=PASSPORT_HELP_LINKS,
    notes=(
        _(
            "The amount counts all your City awards of the past twelve months, not one contract alone."
        ),
        _("Some older City pages still give a lower amount. The rule says $250,000."),
        _("To change a filed package, make a Change Request. It is signed and reviewed again."),
    ),
    our_reading=(
        _(
            "File before you need to. Windows to respond can be as short as one or two weeks, and a review takes time."
        ),
    ),
    sources=(
        _("PPB Rules sections 2-08(e)(1), 2-08(e)(2) and 3-08(c)(1)(i)"),
        _("MOCS: Complete Vendor Enrollment"),
    ),
)

COMMODITY_CODES = Requirement(
    key="commodity-codes",
    title=_("Commodity codes in PASSPort"),
    purpose=_(
        "To be asked. A request that is only for M/WBEs goes only to vendors enrolled in its commodity."
    ),
    needed_by=_("Every business that wants to be asked for M/WBE small purchases."),
    rule=needed_to_be_asked,
    where=_("In your PASSPort profile."),
    steps=(
        _("Find what you sell in the City’s own directory of commodities."),
        _("Add it to your PASSPort profile, at the third level of the directory."),
        _(
            "Do the same for everything you sell. For example: Professional Services, then Interpretation and Translation, then Interpreter and Translation Services."
        ),
    ),
    evidence=_("The list of commodities in your PASSPort profile."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_("You can, by looking at your profile."),
    helped_by=PASSPORT_HELP,
    links=("passport-commodities", "passport"),
    help_links=PASSPORT_HELP_LINKS,
    notes=(
        _(
            "The City’s codes are its own. A NAICS code on our pages helps you search here; you cannot enroll in it."
        ),
        _("You could once enroll through PIP. It is now described for PASSPort."),
    ),
    our_reading=(
        _(
            "Where one of our listings names a City commodity, enroll in that one before responses open."
        ),
        _("Look through your commodities once a year."),
    ),
    sources=(
        _("MOCS: Enroll in Commodities"),
        _("City guidance on requests for M/WBEs alone (which page it stood on was not noted)"),
    ),
)

CITY_CERTIFICATION = Requirement(
    key="mwbe-certification",
    title=_("City M/WBE certification"),
    purpose=_(
        "To qualify. Only minority- and women-owned business enterprises (M/WBEs) that the City has certified can be awarded an M/WBE small purchase."
    ),
    needed_by=_("Every business that wants an M/WBE small purchase."),
    rule=needed_where_only_mwbes_may_sell,
    where=_("With the Department of Small Business Services (SBS). It is free."),
    steps=(
        _("Check that your business can be certified. The conditions are listed below."),
        _("Apply to SBS as an MBE (minority-owned), a WBE (women-owned) or both."),
        _("Once certified, tell SBS of any important change within 45 days."),
    ),
    evidence=_("An entry in SBS’s list of certified businesses, with your renewal date."),
    lasts=_("Until the renewal date in SBS’s list. Go by that date and by no other."),
    takes=NOT_STATED,
    verified_by=_("Anyone: SBS publishes the list of certified businesses."),
    helped_by=_("SBS, which certifies. If it says no, you can appeal within 60 days."),
    links=("mwbe-certification", "certified-directory"),
    help_links=("mwbe-certification",),
    notes=(
        _(
            "At least 51% must be owned by minority group members or women who are citizens or permanent residents. They must run the business themselves."
        ),
        _("The business must be for profit and at least one year old."),
        _(
            "It must be in the five boroughs, or in Nassau, Putnam, Rockland, Suffolk, Westchester, Bergen, Hudson or Passaic county, or prove a tie to the City."
        ),
        _(
            "State-only M/WBE, EBE, LBE and DBE certification do not count for M/WBE small purchases."
        ),
        _(
            "A nonprofit cannot be certified, so M/WBE small purchases are not open to it. Human services solicitations and subcontracts may be."
        ),
    ),
    our_reading=(
        _("We found nothing that makes you finish the earlier steps first. You can apply today."),
    ),
    sources=(
        _("New York City Charter sections 311(i)(1) and 1304; PPB Rules section 3-08(c)(1)(iv)"),
        _("Rules of the City of New York, title 66, chapter 11 (changes and appeals)"),
        _("NYC Business: M/WBE certification program"),
        _("SBS Certified Business List, as others describe it in 2026 (renewal date)"),
    ),
)

HHS_PREQUALIFICATION = Requirement(
    key="hhs-prequalification",
    title=_("HHS prequalification"),
    purpose=_(
        "To respond to Health and Human Services (HHS) solicitations: services that the City pays for and that other people receive."
    ),
    needed_by=_("Only those who respond to human services solicitations."),
    rule=needed_for_human_services,
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

REQUIREMENTS = (
    PIP_ACCOUNT,
    PASSPORT_ACCOUNT,
    FILED_ENROLLMENT,
    COMMODITY_CODES,
    CITY_CERTIFICATION,
    HHS_PREQUALIFICATION,
)


def requirement_with_key(key: str) -> Requirement:
    """Return the requirement called ``key`` in addresses. Raises ``LookupError`` if there is none."""
    for requirement in REQUIREMENTS:
        if requirement.key == key:
            return requirement
    raise LookupError(key)


def needs(method: MethodFacts, industry: str) -> list[tuple[Requirement, Need]]:
    """Return every requirement in order, with what a purchase of this kind asks."""
    return [(requirement, requirement.rule(method, industry)) for requirement in REQUIREMENTS]
