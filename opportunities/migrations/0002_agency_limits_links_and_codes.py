"""What the portal knows on its first day: the agency, the limits, the City's pages, a few codes.

Sources are named beside each fact. What no source states is marked as inferred or left blank.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import migrations

AGENCY = {
    "name": "Law Department",
    "acronym": "LAW",
    "budget_code": "025",
    "passport_name": "LAW DEPARTMENT",
}

METHOD = "mwbe-small-purchase"
LAW_PAGE = "https://www.nyc.gov/site/law/public-resources/procurement-information.page"
RULE_PAGE = "https://codelibrary.amlegal.com/codes/newyorkcity/latest/NYCrules/0-0-0-21971"

# kind, industry, amount, effective, inferred, source, address, note
LIMITS = [
    (
        "ceiling",
        "",
        "150000",
        date(2018, 11, 5),
        False,
        "Laws of 2017, chapter 504, as amended by chapter 19 of 2018; PPB Rules section 3-08(c)(1)(iv), adopted 5 November 2018",
        "",
        "Used by agencies from early 2018, before the rule.",
    ),
    (
        "ceiling",
        "",
        "500000",
        date(2020, 1, 2),
        False,
        "Laws of 2019, chapter 98; PPB Rules section 3-08(c)(1)(iv), effective 2 January 2020",
        "",
        "",
    ),
    (
        "ceiling",
        "",
        "1000000",
        date(2023, 6, 3),
        False,
        "Laws of 2022, chapter 569; PPB Rules section 3-08(c)(1)(iv), effective 3 June 2023",
        "",
        "",
    ),
    (
        "ceiling",
        "",
        "1500000",
        date(2023, 12, 31),
        True,
        "Laws of 2023, chapter 719; New York City Charter section 311(i)(1)",
        RULE_PAGE,
        "We did not see the day of signing, and assume the last day of the year that the chapter is from.",
    ),
    (
        "floor",
        "",
        "20000",
        None,
        False,
        "PPB Rules section 3-08, micropurchase limit",
        RULE_PAGE,
        "The text seen carries no date.",
    ),
    (
        "floor",
        "construction",
        "35000",
        None,
        False,
        "PPB Rules section 3-08, micropurchase limit for construction",
        RULE_PAGE,
        "The text seen carries no date.",
    ),
]
LISTING_CAP = (
    "listing-cap",
    "",
    "500000",
    date(2020, 1, 2),
    True,
    "Law Department, Procurement Information page: purchases up to $500k",
    LAW_PAGE,
    (
        "The page carries no date. We assume the day on which the rule allowed this figure. The law allows more "
        "today."
    ),
)

# key, title, address, owner, note. Addresses come from stored copies of official pages; nobody has
# opened them for this portal yet, so "last checked" stays blank.
MOCS = "Mayor’s Office of Contract Services"
SBS = "Department of Small Business Services"
ARTICLES = "https://www.nyc.gov/site/mocs/passport/articles"
LINKS = [
    ("law-procurement", "Law Department: Procurement Information", LAW_PAGE, "Law Department", ""),
    (
        "getting-started",
        "Getting Started: An Introduction to Doing Business with the City of New York",
        "https://www.nyc.gov/site/mocs/opportunities/getting-started.page",
        MOCS,
        "",
    ),
    (
        "passport-public",
        "PASSPort Public Portal",
        "https://a0333-passportpublic.nyc.gov/",
        MOCS,
        "",
    ),
    (
        "passport-public-rfx",
        "PASSPort Public Portal: solicitations",
        "https://a0333-passportpublic.nyc.gov/rfx.html",
        MOCS,
        "",
    ),
    ("passport", "PASSPort", "https://www.nyc.gov/passport", MOCS, ""),
    (
        "passport-account",
        "How to create a PASSPort account",
        f"{ARTICLES}/create-passport-account.page",
        MOCS,
        "",
    ),
    (
        "passport-enrollment",
        "How to complete vendor enrollment",
        f"{ARTICLES}/complete-vendor-enrollment.page",
        MOCS,
        "",
    ),
    (
        "passport-commodities",
        "How to enroll in commodities",
        f"{ARTICLES}/enroll-commodities.page",
        MOCS,
        "",
    ),
    ("passport-learn", "Learning to Use PASSPort", "https://www.nyc.gov/learnpassport", MOCS, ""),
    (
        "hhs-prequalification",
        "How to submit the HHS Prequalification application",
        f"{ARTICLES}/submit-hhsa-pql.page",
        MOCS,
        "",
    ),
    (
        "pip",
        "Payee Information Portal (PIP)",
        "https://a127-pip.nyc.gov/webapp/PRDPCW/SelfService",
        "Financial Information Services Agency and Office of Payroll Administration",
        "",
    ),
    (
        "pip-help",
        "About PIP, with help",
        "https://www.nyc.gov/site/mocs/opportunities/pip.page",
        MOCS,
        "",
    ),
    (
        "mocs-service-desk",
        "MOCS Service Desk",
        "https://mocssupport.atlassian.net/servicedesk/customer/portal/8",
        MOCS,
        "",
    ),
    (
        "mwbe-certification",
        "M/WBE certification",
        "https://nyc-business.nyc.gov/nycbusiness/description/minority-and-womenowned-business-enterprise-certification-program-mwbe",
        SBS,
        "",
    ),
    (
        "certified-directory",
        "Online Directory of Certified Businesses",
        "",
        SBS,
        "An address was seen once and not confirmed.",
    ),
    ("rule-3-08", "PPB Rules, section 3-08", RULE_PAGE, "Procurement Policy Board", ""),
    (
        "city-record",
        "City Record Online",
        "https://a856-cityrecord.nyc.gov/",
        "City of New York",
        "",
    ),
    (
        "ll1-plans",
        "Agencies’ plans for goods and services (Local Law 1)",
        "https://www.nyc.gov/site/mocs/resources/m-wbe-ll1.page",
        MOCS,
        "",
    ),
    (
        "ll63-plans",
        "Agencies’ plans for services (Local Law 63)",
        "https://www.nyc.gov/site/mocs/resources/standard-prof-services-ll63.page",
        MOCS,
        "",
    ),
    (
        "subcontractors-guide",
        "Subcontractors Resource Guide for NYC",
        "",
        SBS,
        "Its address was not found.",
    ),
    (
        "law-solicitations",
        "Law Department Solicitations",
        "",
        "Law Department",
        "Its address was not found.",
    ),
]

# NAICS 2022, a work of the US Census Bureau: the codes that the listed purchases use.
NAICS = {
    "423430": "Computer and Computer Peripheral Equipment and Software Merchant Wholesalers",
    "541110": "Offices of Lawyers",
    "541199": "All Other Legal Services",
    "541512": "Computer Systems Design Services",
    "541519": "Other Computer Related Services",
    "561720": "Janitorial Services",
}


def fill(apps: Any, schema_editor: Any) -> None:
    agency = apps.get_model("opportunities", "Agency").objects.create(**AGENCY)
    limit = apps.get_model("opportunities", "MethodLimit").objects
    for of_agency, row in [*((None, row) for row in LIMITS), (agency, LISTING_CAP)]:
        kind, industry, amount, effective, inferred, source, address, note = row
        limit.create(
            kind=kind, method=METHOD, agency=of_agency, industry=industry, amount=Decimal(amount), effective_on=effective,
            effective_is_inferred=inferred, source=source, source_url=address, note=note,
        )  # fmt: skip
    for key, title, url, owner, note in LINKS:
        apps.get_model("opportunities", "OfficialLink").objects.create(
            key=key, title=title, url=url, owner=owner, note=note
        )
    for code, title in NAICS.items():
        apps.get_model("opportunities", "CommodityCode").objects.create(
            scheme="naics", code=code, title=title, source="US Census Bureau, NAICS 2022"
        )
    apps.get_model("opportunities", "ChangeLog").objects.create(pk=1, head=0)


def empty(apps: Any, schema_editor: Any) -> None:
    """Only an empty portal can be taken back this far: purchases protect their agency and codes."""
    for name in ("MethodLimit", "OfficialLink", "CommodityCode", "Agency", "ChangeLog"):
        apps.get_model("opportunities", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0001_initial")]
    operations = [migrations.RunPython(fill, empty)]
