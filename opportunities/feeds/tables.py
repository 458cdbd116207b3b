"""The columns of a spreadsheet: always these, always in this order, so that others can build on them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.sheets.writing import Cell
from core.text import lines, one_line
from opportunities.choices import Confidence, Industry, Method, Outcome, Phase, Precision
from opportunities.feeds.addresses import page_of_purchase
from opportunities.feeds.found import Told
from opportunities.words import expected_period


@dataclass(frozen=True)
class Column:
    """``read`` gives the cell of a purchase in a phase; unknown is ``None`` or blank."""

    label: str | Promise
    read: Callable[[Told, Phase], Cell]
    width: int = 20  # characters


def _text(name: str) -> Callable[[Told, Phase], Cell]:
    return lambda told, _phase: lines(str(told.facts[name] or ""))


def _title(told: Told, _phase: Phase) -> str:
    return one_line(told.facts["title"])


def _moment(name: str) -> Callable[[Told, Phase], Cell]:
    def read(told: Told, _phase: Phase) -> Cell:
        said = told.facts[name]
        return timezone.localtime(datetime.fromisoformat(said)) if said else None

    return read


def _day(name: str) -> Callable[[Told, Phase], Cell]:
    return lambda told, _phase: date.fromisoformat(told.facts[name]) if told.facts[name] else None


def _dollars(name: str) -> Callable[[Told, Phase], Cell]:
    return lambda told, _phase: Decimal(told.facts[name]) if told.facts[name] is not None else None


def _whose_word(told: Told, _phase: Phase) -> str:
    is_ours = bool(told.facts["classification_is_inferred"])
    return _("our reading of the title") if is_ours else _("the agency’s word")


def _expected(told: Told) -> str:
    return str(Precision(told.facts["expected_precision"] or Precision.UNKNOWN).label)


COLUMNS = (
    Column(gettext_lazy("Reference"), lambda told, _phase: told.row.reference),
    Column(gettext_lazy("Title"), _title, 50),
    Column(gettext_lazy("Phase"), lambda _told, phase: str(phase.label)),
    Column(gettext_lazy("Agency"), _text("agency")),
    Column(
        gettext_lazy("Method"), lambda told, _phase: str(Method(told.facts["method"]).label), 40
    ),
    Column(
        gettext_lazy("Industry"), lambda told, _phase: str(Industry(told.facts["industry"]).label)
    ),
    Column(gettext_lazy("Commodity to enroll in"), _text("main_commodity"), 30),
    Column(gettext_lazy("NAICS code"), _text("naics"), 30),
    Column(gettext_lazy("Industry and codes are"), _whose_word),
    Column(gettext_lazy("Summary"), _text("summary"), 60),
    Column(
        gettext_lazy("Expected, first day"),
        lambda told, _phase: expected_period(told.facts).first_day,
        14,
    ),
    Column(
        gettext_lazy("Expected, last day"),
        lambda told, _phase: expected_period(told.facts).last_day,
        14,
    ),
    Column(gettext_lazy("Expected, known to"), lambda told, _phase: _expected(told)),
    Column(
        gettext_lazy("Expected, how sure"),
        lambda told, _phase: str(Confidence(told.facts["expected_confidence"] or "").label),
    ),
    Column(gettext_lazy("Opens (New York time)"), _moment("opens_at")),
    Column(gettext_lazy("Questions due (New York time)"), _moment("questions_due_at")),
    Column(gettext_lazy("Responses due (New York time)"), _moment("due_at")),
    Column(gettext_lazy("Value from (US dollars)"), _dollars("value_min"), 16),
    Column(gettext_lazy("Value up to (US dollars)"), _dollars("value_max"), 16),
    Column(gettext_lazy("Contract term"), _text("contract_term")),
    Column(gettext_lazy("Licences asked for"), _text("licences_needed"), 30),
    Column(gettext_lazy("Insurance asked for"), _text("insurance_needed"), 30),
    Column(gettext_lazy("Brand named by the agency"), _text("brand_named")),
    Column(gettext_lazy("Solicitation EPIN"), _text("solicitation_epin")),
    Column(gettext_lazy("Award EPIN"), _text("award_epin")),
    Column(gettext_lazy("PASSPort RFx number"), _text("passport_rfx_id")),
    Column(gettext_lazy("PASSPort link"), _text("passport_url")),
    Column(gettext_lazy("Contact"), _text("contact_name")),
    Column(gettext_lazy("Contact’s email"), _text("contact_email")),
    Column(gettext_lazy("Contact’s phone"), _text("contact_phone")),
    Column(
        gettext_lazy("Outcome"),
        lambda told, _phase: str(Outcome(told.facts["outcome"] or "").label),
    ),
    Column(gettext_lazy("Reason for cancelling"), _text("cancel_reason"), 30),
    Column(gettext_lazy("Awarded to"), _text("award_vendor"), 30),
    Column(gettext_lazy("Amount of the award (US dollars)"), _dollars("award_value"), 16),
    Column(gettext_lazy("Day of the award"), _day("awarded_on"), 14),
    Column(gettext_lazy("Last confirmed by the agency"), _day("last_confirmed_on"), 14),
    Column(gettext_lazy("Source"), _text("source"), 30),
    Column(gettext_lazy("Published (New York time)"), _moment("published_at")),
    Column(
        gettext_lazy("Last changed (New York time)"),
        lambda told, _phase: timezone.localtime(told.changed_at),
    ),
    Column(gettext_lazy("Page"), lambda told, _phase: page_of_purchase(told.row.reference), 50),
)


def header() -> list[Cell]:
    """Return the headings in the reader's language."""
    return [str(column.label) for column in COLUMNS]


def cells(told: Told, phase: Phase) -> list[Cell]:
    """Return a row of the table, under :func:`header`; what is not known is ``None`` or blank."""
    return [column.read(told, phase) for column in COLUMNS]
