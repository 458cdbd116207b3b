"""The City's yearly plans of purchases: LL1 (Administrative Code section 6-129(g)(5)) and LL63 (Charter section
312(a)(8)), read from their files."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import sheets
from core.text import one_line
from opportunities import actions
from opportunities.choices import Confidence, Industry, Method, Precision
from opportunities.importing import cells as read_cell
from opportunities.importing.cells import Doubt
from opportunities.importing.judging import Agencies, Facts, Here, Said, judged
from opportunities.importing.kinds import Cells
from opportunities.importing.purchases import PurchaseKind
from opportunities.models import ImportRun, Opportunity, Origin
from opportunities.partial_dates import FiscalQuarter

PAGES = {
    "LL1": "https://www.nyc.gov/site/mocs/resources/m-wbe-ll1.page",
    "LL63": "https://www.nyc.gov/site/mocs/resources/standard-prof-services-ll63.page",
}
PLAN_ID = re.compile(r"FY(\d{2})[A-Z]\w+")
# The largest plan of this department that is plausible: one row of its 2027 file says $45,000,000 for tests
# of a network. Our reading; such a value is left out and noted for staff.
LARGEST_PLAUSIBLE = Decimal(20_000_000)
LONGEST_TITLE = 200

METHODS = {
    "Competitive Sealed Bid": Method.SEALED_BID,
    "Competitive Sealed Proposal": Method.SEALED_PROPOSAL,
    "Request for Proposal--Best Value": Method.BEST_VALUE,
    "Negotiated Acquisition": Method.NEGOTIATED,
    "Task Order": Method.TASK_ORDER,
    "Sole Source": Method.SOLE_SOURCE,
    "Intergovernmental/Govt-to-Govt": Method.INTERGOVERNMENTAL,
    "MWBE Non Competitive Small Purchase": Method.MWBE_SMALL_PURCHASE,
    "M/WBE Noncompetitive Small Purchase": Method.MWBE_SMALL_PURCHASE,
    "Micropurchase": Method.MICROPURCHASE,
    "Emergency": Method.EMERGENCY,
}
INDUSTRIES = {
    "Goods": Industry.GOODS,
    "Goods <$1 million": Industry.GOODS,
    "Professional Services": Industry.PROFESSIONAL_SERVICES,
    "Professional Services - IT Related": Industry.PROFESSIONAL_SERVICES,
    "Standard Services": Industry.STANDARD_SERVICES,
    "Standardized Services": Industry.STANDARD_SERVICES,
    "Construction": Industry.CONSTRUCTION,
    "Construction Services": Industry.CONSTRUCTION,
    "Human/Client Service": Industry.HUMAN_SERVICES,
    "Human/Client Services": Industry.HUMAN_SERVICES,
}
CONFIDENCES = {
    "definite": Confidence.DEFINITE,
    "likely": Confidence.LIKELY,
    "tentative": Confidence.TENTATIVE,
}

COLUMNS = sheets.Columns(
    headings={
        "id": ("Plan ID #", "Plan ID", "Plan ID Number"),
        "agency": ("Agency", "Agency Name"),
        "plan": ("Source Plan",),
        "year": ("Fiscal Year",),
        "description": (
            "Description of Goods and Services to be Procured",
            "Description of Services to be Procured",
            "Description of Goods and Services",
            "Description of Services",
            "Description",
        ),
        "method": ("Procurement Method", "Anticipated Procurement Method"),
        "industry": ("Procurement Industry", "Industry"),
        "starts": (
            "Anticipated Contract Start Date",
            "Anticipated Contract Start",
            "Anticipated Start",
            "Anticipated Start Date",
        ),
        "ends": (
            "Anticipated Contract End Date",
            "Anticipated Contract End",
            "Anticipated End",
            "Anticipated End Date",
            "End",
        ),
        "quarter": (
            "Fiscal Quarter of Solicitation",
            "Anticipated Fiscal Quarter",
            "Fiscal Quarter",
        ),
        "amount": ("Estimated Amount",),
        "sure": ("Procurement Probability",),
        "job_titles": ("Job Titles",),
        "head_count": ("Head-count", "Headcount"),
    },
    needed=frozenset(["id", "description", "method", "quarter"]),
)


class PlanKind(PurchaseKind):
    name = "plan"
    title = gettext_lazy("A City plan (LL1 or LL63)")
    explanation = gettext_lazy(
        "As MOCS publishes it each year. Purchases of agencies that are not here are left out."
    )
    columns = COLUMNS

    def read(self, run: ImportRun | None, cells: Cells, agencies: Agencies) -> Said:
        plan_id, described = cells.get("id", ""), read_cell.text(cells.get("description", ""))
        matched = PLAN_ID.fullmatch(plan_id)
        if not matched or not described:
            return Said(left_out=_("“%s” is no plan id: the workbook’s footer?") % plan_id)
        agency = agencies.named(cells.get("agency", ""))
        if agency is None:
            return Said(left_out=_("It is a purchase of another agency: %s.") % cells["agency"])
        reading = _Reading(cells, cells.get("year") or f"20{matched[1]}")
        if isinstance(described, Doubt):
            reading.refusals.append(described.words)
            described = cells["description"]
        return Said(
            key=f"plan:{plan_id}",
            agency=agency,
            about=reading.facts(described, plan_id),
            notes=reading.notes,
            refusals=reading.refusals,
        )


@dataclass
class _Reading:
    """A row of a plan as it is read: what is in doubt is noted for staff, what is impossible refused."""

    cells: Cells
    year: str

    def __post_init__(self) -> None:
        self.notes: list[str] = []
        self.refusals: list[str] = []

    def facts(self, described: str, plan_id: str) -> Facts:
        if len(described) > LONGEST_TITLE:
            self.notes.append(_("The plan says: %s") % described)
        value = self._value()
        plan = self._plan()
        return {
            "title": described[:LONGEST_TITLE],
            "method": METHODS.get(one_line(self.cells.get("method", "")), Method.OTHER),
            "industry": self._industry(),
            "classification_is_inferred": not self.cells.get("industry"),
            "value_min": value,
            "value_max": value,
            "contract_term": self._term(),
            **self._expected(),
            "source": f"City plan ({plan}) for fiscal year {self.year}, {plan_id}",
            "source_url": PAGES[plan],
        }

    def _plan(self) -> str:
        said = self.cells.get("plan", "").upper()
        is_ll63 = said == "LL63" or (not said and "job_titles" in self.cells)
        return "LL63" if is_ll63 else "LL1"

    def _industry(self) -> str:
        said = self.cells.get("industry", "")
        if not said:
            self.notes.append(
                _("The plan does not say whether these are professional or standard services.")
            )
            return Industry.PROFESSIONAL_SERVICES
        if said not in INDUSTRIES:
            self.refusals.append(_("The industry “%s” is not known.") % said)
        return INDUSTRIES.get(said, "")

    def _value(self) -> str | None:
        value = read_cell.dollars(self.cells.get("amount", ""))
        if isinstance(value, Doubt):
            self.refusals.append(value.words)
            return None
        if value is not None and value > LARGEST_PLAUSIBLE:
            self.notes.append(_("The plan says $%s, surely a typing error. Ask.") % f"{value:,.0f}")
            return None
        return None if value is None else str(value)

    def _term(self) -> str:
        days = [self._day(name) for name in ("starts", "ends")]
        if not all(days):
            return ""
        return " – ".join(date_format(day, "DATE_FORMAT") for day in days if day) + " (planned)"

    def _day(self, name: str) -> date | None:
        found = read_cell.day(self.cells.get(name, ""))
        if isinstance(found, Doubt):
            self.notes.append(found.words)
            return None
        return found

    def _expected(self) -> Facts:
        number = self.cells.get("quarter", "").upper().removeprefix("Q").strip()
        quarter = FiscalQuarter.parse(f"{self.year}-{number}")
        if quarter is None:
            return {}
        sure = self.cells.get("sure", "").casefold()
        return {
            "expected_on": quarter.first_day.isoformat(),
            "expected_precision": Precision.QUARTER,
            "expected_confidence": CONFIDENCES.get(sure, Confidence.UNKNOWN),
        }


@dataclass(frozen=True)
class Loaded:
    """What became of each row: published now, here already, or not a purchase, with the reason."""

    new: list[Opportunity]
    known: list[str]
    skipped: list[str]


@transaction.atomic
def load(file: IO[bytes], name: str, *, moment: datetime) -> Loaded:
    """Publish the plan's purchases that are not here yet. All or nothing; safe to repeat.

    For a first start, by command; at the desk they are imported as drafts. Raises ``sheets.Unreadable`` for a file
    without the plan's headings.
    """
    kind, agencies, done = PlanKind(), Agencies(), Loaded([], [], [])
    found = sheets.rows(file, sheets.examine(file, name), COLUMNS)
    places = COLUMNS.find(next(found).cells)
    for row in found:
        said = kind.read(
            None, {n: row.cells[p] for n, p in places.items() if p < len(row.cells)}, agencies
        )
        here = kind.here([said]).get(said.key)
        if said.left_out or said.refusals:
            done.skipped.append(said.left_out or f"{said.title}: {' '.join(said.refusals)}")
        elif here:
            done.known.append(said.key)
        else:
            done.new.append(_publish(said, moment))
    return done


def _publish(said: Said, moment: datetime) -> Opportunity:
    _verdict, words, made = judged(said, Here(), frozenset())
    if made is None:
        raise sheets.Unreadable(f"{said.title}: {' '.join(words)}")
    made.internal_notes = "\n".join(said.notes)
    made.save()
    Origin.objects.create(key=said.key, opportunity=made, facts=said.about)
    return actions.publish(made, by=None, moment=moment)
