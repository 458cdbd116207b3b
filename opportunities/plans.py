"""The City's yearly plan of purchases (LL1: Administrative Code section 6-129(g)(5)), read from its file."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.formats import date_format

from opportunities import actions
from opportunities.choices import Industry, Method, Precision
from opportunities.models import Agency, Opportunity, Revision
from opportunities.partial_dates import FiscalQuarter

PAGE = "https://www.nyc.gov/site/mocs/resources/m-wbe-ll1.page"
PLAN_ID = re.compile(r"FY\d{2}[A-Z]\w+")
# The largest plan of this department that is plausible: one row of its 2027 file says $45,000,000 for tests
# of a network. Our reading; such a value is left out and noted for staff.
LARGEST_PLAUSIBLE = Decimal(20_000_000)

METHODS = {
    "Competitive Sealed Bid": Method.SEALED_BID,
    "Competitive Sealed Proposal": Method.SEALED_PROPOSAL,
    "Request for Proposal--Best Value": Method.BEST_VALUE,
    "Negotiated Acquisition": Method.NEGOTIATED,
    "Task Order": Method.TASK_ORDER,
    "Sole Source": Method.SOLE_SOURCE,
    "Intergovernmental/Govt-to-Govt": Method.INTERGOVERNMENTAL,
    "MWBE Non Competitive Small Purchase": Method.MWBE_SMALL_PURCHASE,
}
INDUSTRIES = {
    "Goods": Industry.GOODS,
    "Goods <$1 million": Industry.GOODS,
    "Professional Services": Industry.PROFESSIONAL_SERVICES,
    "Standard Services": Industry.STANDARD_SERVICES,
    "Standardized Services": Industry.STANDARD_SERVICES,
    "Construction": Industry.CONSTRUCTION,
    "Construction Services": Industry.CONSTRUCTION,
}

Row = Mapping[str, str]


class UnknownPlan(Exception):
    """The file is no plan; the text says what is missing."""


@dataclass(frozen=True)
class Loaded:
    """What became of each row: published now, here already, or not a purchase, with the reason."""

    new: list[Opportunity]
    known: list[str]
    skipped: list[str]


@transaction.atomic
def load(lines: Iterable[str], *, moment: datetime) -> Loaded:
    """Publish the plan's purchases that are not here yet. All or nothing; safe to repeat.

    A purchase is known by its plan id, which its first revision keeps. Raises ``UnknownPlan`` for a file
    without the plan's headings.
    """
    reader = csv.DictReader(lines)
    if missing := HEADINGS - set(reader.fieldnames or ()):
        raise UnknownPlan(f"The file lacks these columns: {', '.join(sorted(missing))}.")
    done = Loaded([], [], [])
    for row in reader:
        reason = _why_not(row)
        if reason:
            done.skipped.append(reason)
        elif Revision.objects.filter(number=1, snapshot__source=_source(row)).exists():
            done.known.append(row[ID])
        else:
            done.new.append(_publish(row, moment))
    return done


ID, DESCRIPTION = "Plan ID #", "Description of Goods and Services to be Procured"
METHOD, INDUSTRY = "Procurement Method", "Procurement Industry"
STARTS, ENDS = "Anticipated Contract Start Date", "Anticipated Contract End Date"
YEAR, QUARTER, AMOUNT = "Fiscal Year", "Fiscal Quarter of Solicitation", "Estimated Amount"
HEADINGS = {ID, DESCRIPTION, METHOD, INDUSTRY, STARTS, ENDS, YEAR, QUARTER, AMOUNT}


def _why_not(row: Row) -> str:
    """Return why the row is no purchase that we can list, blank if it is one."""
    if not PLAN_ID.fullmatch(row[ID] or "") or not (row[DESCRIPTION] or "").strip():
        return f"“{row[ID]}” is no plan id: the workbook’s footer?"
    if row[INDUSTRY] not in INDUSTRIES:
        return f"{row[ID]}: the industry “{row[INDUSTRY]}” is not known."
    return ""


def _publish(row: Row, moment: datetime) -> Opportunity:
    value = _dollars(row[AMOUNT])
    is_odd = value is not None and value > LARGEST_PLAUSIBLE
    quarter = FiscalQuarter.parse(f"{row[YEAR]}-{row[QUARTER]}")
    said = f"The plan says ${value:,.0f}, surely a typing error. Ask." if is_odd else ""
    purchase = Opportunity.objects.create(
        agency=Agency.objects.get(name=row.get("Agency") or "Law Department"),
        title=row[DESCRIPTION].strip()[:200],
        method=METHODS.get(row[METHOD], Method.OTHER),
        industry=INDUSTRIES[row[INDUSTRY]],
        value_min=None if is_odd else value,
        value_max=None if is_odd else value,
        contract_term=_term(row),
        source=_source(row),
        source_url=PAGE,
        internal_notes=said,
        **_expected(quarter),
    )
    return actions.publish(purchase, by=None, moment=moment)


def _source(row: Row) -> str:
    return f"City plan (LL1) for fiscal year {row[YEAR]}, {row[ID]}"


def _expected(quarter: FiscalQuarter | None) -> dict[str, Any]:
    if quarter is None:
        return {}
    return {"expected_on": quarter.first_day, "expected_precision": Precision.QUARTER}


def _term(row: Row) -> str:
    try:
        days = [date.fromisoformat(row[name]) for name in (STARTS, ENDS)]
    except ValueError:
        return ""
    return " – ".join(date_format(day, "DATE_FORMAT") for day in days) + " (planned)"


def _dollars(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        return None
    return value if value.is_finite() and value > 0 else None
