"""PASSPort: responding, disclosing, being asked."""

from django.utils.translation import gettext_lazy as _

from vendors.choices import Group, Track
from vendors.requirements import rules
from vendors.requirements.requirement import NOT_STATED, Asks, LeadTime, Requirement
from vendors.requirements.sources import LAW_PAGE, PASSPORT_HELP, PASSPORT_HELP_LINKS

NYC_ID = Requirement(
    key="nyc-id",
    part_of="passport-account",
    implied_by=("passport-account",),
    group=Group.PASSPORT,
    track=Track.ADVICE,
    asks=Asks(),
    title=_("NYC.ID"),
    purpose=_("To sign in. PASSPort and other City websites know you by it."),
    needed_by=_("Everybody who works in PASSPort, each with one of their own."),
    rule=rules.needed_always,
    where=_("On the PASSPort page of nyc.gov."),
    steps=(
        _("Register for an NYC.ID with your own email address."),
        _("Use the same address that PASSPort has for you as a contact."),
    ),
    evidence=_("You can sign in with it."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_("You can, by signing in."),
    helped_by=PASSPORT_HELP,
    links=("passport",),
    help_links=PASSPORT_HELP_LINKS,
    notes=(_("NYC.ID is not IDNYC, the City’s identity card. The two are easily mixed up."),),
    sources=(_("MOCS: Create a PASSPort Account; Learning to Use PASSPort"),),
)

PASSPORT_ACCOUNT = Requirement(
    key="passport-account",
    group=Group.PASSPORT,
    track=Track.READY,
    asks=Asks(issued_on=_("Approved on"), evidence=_("PASSPort Supplier-ID")),
    lead=LeadTime(2, _("MOCS: answers to frequent questions, 2020"), business_days=True),
    is_verifiable=True,
    title=_("PASSPort account"),
    purpose=_(
        "To respond. The City buys through PASSPort, its Procurement and Sourcing Solutions Portal. Finding and answering solicitations, disclosures and signing contracts are all there."
    ),
    needed_by=_("Every business that wants to respond to a solicitation."),
    rule=rules.needed_always,
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

PASSPORT_ROLES = Requirement(
    key="passport-roles",
    part_of="passport-account",
    after=("passport-account",),
    group=Group.PASSPORT,
    track=Track.ADVICE,
    asks=Asks(issued_on=_("Last checked on")),
    lasts_until=rules.one_year,
    is_only_rechecked=True,
    title=_("Two Vendor Admins and a Signatory"),
    purpose=_("To be able to act when somebody is away. Only a Signatory can sign."),
    needed_by=_("Every business in PASSPort. MOCS advises two Vendor Admins."),
    rule=rules.advised_always,
    where=_("In PASSPort, under contacts."),
    steps=(
        _("Add a second person as a contact, under the email of their own NYC.ID."),
        _("Give them the role of Vendor Admin."),
        _("Give whoever signs for the business the role of Signatory."),
    ),
    evidence=_("The contacts and roles that PASSPort shows."),
    lasts=NOT_STATED,
    takes=NOT_STATED,
    verified_by=_("You can, by looking at your contacts in PASSPort."),
    helped_by=PASSPORT_HELP,
    links=("passport",),
    help_links=PASSPORT_HELP_LINKS,
    our_reading=(_("Look through contacts and roles once a year. People leave."),),
    sources=(_("MOCS: Complete Vendor Enrollment; answers to frequent questions"),),
)

FILED_ENROLLMENT = Requirement(
    key="filed-enrollment",
    group=Group.PASSPORT,
    track=Track.READY,
    after=("passport-account",),
    asks=Asks(issued_on=_("Signed electronically on"), expires_on=True),
    lasts_until=rules.three_years,
    is_verifiable=True,
    title=_("Filed enrollment and disclosures"),
    purpose=_(
        "To be awarded contracts once your City awards reach a set amount. The City then asks for disclosures about your business and its principals."
    ),
    needed_by=_(
        "Every business whose City awards reach $250,000 or more within twelve months, the new award included."
    ),
    rule=rules.needed_from_an_amount_on,
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
    group=Group.PASSPORT,
    track=Track.READY,
    after=("passport-account",),
    asks=Asks(
        issued_on=_("Last checked on"),
        covers=_("City commodity codes, one a line"),
    ),
    lasts_until=rules.one_year,
    is_only_rechecked=True,
    is_verifiable=True,
    title=_("Commodity codes in PASSPort"),
    purpose=_(
        "To be asked. A request that is only for M/WBEs goes only to vendors enrolled in its commodity."
    ),
    needed_by=_("Every business that wants to be asked for M/WBE small purchases."),
    rule=rules.needed_to_be_asked,
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
