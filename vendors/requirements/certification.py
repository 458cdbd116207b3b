"""Certification by the City, and the licences that single purchases ask for."""

from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Track
from vendors.requirements import rules
from vendors.requirements.requirement import NOT_STATED, Asks, Requirement

CITY_CERTIFICATION = Requirement(
    key="mwbe-certification",
    group=Group.CERTIFICATION,
    track=Track.ELIGIBLE,
    asks=Asks(
        expires_on=True,
        covers=_("Which certificates you hold"),
        evidence=_("Account number in SBS’s list"),
    ),
    is_verifiable=True,
    title=_("City M/WBE certification"),
    purpose=_(
        "To qualify. Only minority- and women-owned business enterprises (M/WBEs) that the City has certified can be awarded an M/WBE small purchase."
    ),
    needed_by=_("Every business that wants an M/WBE small purchase."),
    rule=rules.needed_where_only_mwbes_may_sell,
    where=_("With the Department of Small Business Services (SBS). It is free."),
    steps=(
        _("Check that your business meets the conditions."),
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

SBS_PROFILE = Requirement(
    key="sbs-profile",
    part_of="mwbe-certification",
    after=("mwbe-certification",),
    group=Group.CERTIFICATION,
    track=Track.ADVICE,
    asks=Asks(issued_on=_("Last checked on")),
    lasts_until=rules.one_year,
    is_only_rechecked=True,
    title=_("SBS profile up to date"),
    purpose=_("To stay certified and to be found. Buyers look firms up in SBS’s list."),
    needed_by=_("Every certified business."),
    rule=rules.advised_where_only_mwbes_may_sell,
    where=_("In SBS Connect."),
    steps=(
        _("Look at what the list says of your business."),
        _("Tell SBS of any important change within 45 days."),
    ),
    evidence=_("Your entry in SBS’s list. Here you enter only the day on which you looked."),
    lasts=_("As long as nothing changes. An important change is due within 45 days."),
    takes=NOT_STATED,
    verified_by=_("You can, by looking at your entry."),
    helped_by=_("SBS, which certifies."),
    links=("mwbe-certification", "certified-directory"),
    help_links=("mwbe-certification",),
    our_reading=(_("Look at your entry once a year."),),
    sources=(_("Rules of the City of New York, title 66, chapter 11 (changes)"),),
)

LICENCES = Requirement(
    key="licences-and-insurance",
    group=Group.LICENCES,
    track=Track.READY,
    asks=Asks(
        issued_on=_("Issued on"),
        expires_on=True,
        covers=_("Licences, insurance and letters you hold, one a line"),
        evidence=_("Number, if there is one"),
    ),
    is_verifiable=True,
    title=_("Licences, insurance and letters of resale"),
    purpose=_(
        "To be allowed to do the work. Some purchases ask for a licence, for insurance or bonding, or for a letter of the maker."
    ),
    needed_by=_("Only those who respond to a purchase that names one."),
    rule=rules.needed_where_the_purchase_names_them,
    where=_("With whoever issues it."),
    steps=(
        _("Read what the purchase names, under “What you need” on its page."),
        _("Ask the issuer for what you do not have yet."),
    ),
    evidence=_("The licence, the certificate of insurance, or the letter."),
    lasts=_("As the issuer says."),
    takes=NOT_STATED,
    verified_by=_("Staff of the agency, who look at the document."),
    helped_by=_("The issuer. For what the purchase means, its contact."),
    links=("law-procurement",),
    help_links=("getting-started",),
    sources=(_("Each purchase says for itself what it asks for"),),
)
