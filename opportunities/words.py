"""Public facts in words: for the page, the letter and the list of changes, so that all say the same.

Reads snapshots (JSON values), so that what was said a year ago can be said again. Unknown has words too.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opportunities.choices import Confidence, DocumentType, Industry, Method, Outcome, Precision
from opportunities.partial_dates import PartialDate

Snapshot = Mapping[str, Any]


@dataclass(frozen=True)
class Fact:
    key: str
    label: str
    words: str
    is_known: bool


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


def not_yet() -> str:
    return _("Not yet announced")


def dollars(value: Decimal) -> str:
    """Return US dollars with separators, with cents only where there are any."""
    return f"${value:,.0f}" if value == value.to_integral_value() else f"${value:,.2f}"


def value_range(low: Decimal | None, high: Decimal | None) -> str:
    """Say an estimate; blank when nothing is known."""
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return (
            _("Up to %s") % dollars(high)
            if high is not None
            else _("At least %s") % dollars(low or Decimal(0))
        )
    if low == high:
        return dollars(high)
    return _("%(low)s to %(high)s") % {"low": dollars(low), "high": dollars(high)}


def new_york(moment: datetime) -> str:
    """Say day and time in New York with the name of the zone on that day, so that no hour is ambiguous."""
    local = timezone.localtime(moment)
    return _("%(day)s, %(time)s New York time (%(zone)s)") % {
        "day": date_format(local, "DATE_FORMAT"),
        "time": date_format(local, "TIME_FORMAT"),
        "zone": local.tzname(),
    }


def expected_period(facts: Snapshot) -> PartialDate:
    """Return when it should come out, as exactly as that is known."""
    precision = Precision(facts.get("expected_precision") or Precision.UNKNOWN)
    return PartialDate.containing(_day(facts.get("expected_on")), precision)


def expected(facts: Snapshot) -> str:
    """Say when it should come out and how sure that is; blank when unknown."""
    period = expected_period(facts)
    if period.first_day is None:
        return ""
    if not facts["expected_confidence"]:
        return str(period)
    return _("%(period)s (%(sure)s)") % {
        "period": period,
        "sure": Confidence(facts["expected_confidence"]).label,
    }


def contact(facts: Snapshot) -> str:
    """Say whom to ask; blank when nobody is named."""
    return ", ".join(
        facts[name] for name in ("contact_name", "contact_email", "contact_phone") if facts[name]
    )


def outcome(facts: Snapshot) -> str:
    """Say how it ended; blank while nobody has decided."""
    if facts["outcome"] == Outcome.CANCELLED:
        return _("Cancelled. Reason: %s") % (facts["cancel_reason"] or not_yet())
    if facts["outcome"] != Outcome.AWARDED:
        return ""
    day, value = _day(facts["awarded_on"]), _dollars(facts["award_value"])
    return _("Awarded to %(vendor)s for %(amount)s on %(day)s") % {
        "vendor": facts["award_vendor"],
        "amount": dollars(value) if value is not None else not_yet(),
        "day": date_format(day, "DATE_FORMAT") if day else not_yet(),
    }


def documents(facts: Snapshot) -> str:
    """Say which files there are; blank for none."""
    return ", ".join(_document(each) for each in facts["documents"] or [])


def _document(facts: Snapshot) -> str:
    return _("%(name)s (%(type)s, %(size)s)") % {
        "name": facts["name"],
        "type": DocumentType(facts["type"]).label,
        "size": filesizeformat(facts["size"]),
    }


def _read_off(facts: Snapshot, words: str) -> str:
    """Mark what is our reading of the title and not the agency's word."""
    if not words or not facts["classification_is_inferred"]:
        return words
    return _("%s (our reading of the title, not the agency’s word)") % words


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _dollars(value: str | None) -> Decimal | None:
    return Decimal(value) if value is not None else None


def _plain(name: str) -> Callable[[Snapshot], str]:
    return lambda facts: str(facts[name] or "")


def _moment(name: str) -> Callable[[Snapshot], str]:
    return lambda facts: new_york(datetime.fromisoformat(facts[name])) if facts[name] else ""


def _confirmed(facts: Snapshot) -> str:
    day = _day(facts["last_confirmed_on"])
    return date_format(day, "DATE_FORMAT") if day else ""


# In the order in which a page shows them. A fact that says nothing is unknown.
SAID: list[tuple[str, str | Promise, Callable[[Snapshot], str]]] = [
    ("title", gettext_lazy("Title"), _plain("title")),
    ("outcome", gettext_lazy("Outcome"), outcome),
    ("summary", gettext_lazy("Summary"), _plain("summary")),
    ("method", gettext_lazy("Method"), lambda facts: str(Method(facts["method"]).label)),
    (
        "industry",
        gettext_lazy("Industry"),
        lambda f: _read_off(f, str(Industry(f["industry"]).label)),
    ),
    ("expected", gettext_lazy("Expected"), expected),
    ("opens", gettext_lazy("Opens"), _moment("opens_at")),
    ("questions", gettext_lazy("Questions due"), _moment("questions_due_at")),
    ("due", gettext_lazy("Responses due"), _moment("due_at")),
    (
        "value",
        gettext_lazy("Estimated value"),
        lambda f: value_range(_dollars(f["value_min"]), _dollars(f["value_max"])),
    ),
    ("term", gettext_lazy("Contract term"), _plain("contract_term")),
    ("licences", gettext_lazy("Licences asked for"), _plain("licences_needed")),
    ("insurance", gettext_lazy("Insurance asked for"), _plain("insurance_needed")),
    ("documents", gettext_lazy("Documents"), documents),
    ("commodity", gettext_lazy("Commodity to enroll in"), _plain("main_commodity")),
    ("naics", gettext_lazy("NAICS code"), lambda facts: _read_off(facts, facts["naics"] or "")),
    ("brand", gettext_lazy("Brand named by the agency"), _plain("brand_named")),
    ("epin", gettext_lazy("Solicitation EPIN"), _plain("solicitation_epin")),
    ("award-epin", gettext_lazy("Award EPIN"), _plain("award_epin")),
    ("rfx", gettext_lazy("PASSPort RFx number"), _plain("passport_rfx_id")),
    ("passport", gettext_lazy("PASSPort link"), _plain("passport_url")),
    ("keywords", gettext_lazy("Other words for it"), _plain("keywords")),
    ("contact", gettext_lazy("Contact"), contact),
    ("confirmed", gettext_lazy("Last confirmed by the agency"), _confirmed),
]
# Shown beside the title, or only when there is something to say.
ELSEWHERE = {"title", "summary", "outcome", "documents"}
# Where “not yet announced” would be the wrong word for unknown.
UNKNOWN = {
    "contact": gettext_lazy("No contact is named yet"),
    "confirmed": gettext_lazy("Not confirmed since it was listed"),
    "outcome": gettext_lazy("Not decided yet"),
    "documents": gettext_lazy("None"),
    "licences": gettext_lazy("None"),
    "insurance": gettext_lazy("None"),
}
ONLY_IF_KNOWN = {
    "questions",
    "brand",
    "licences",
    "insurance",
    "award-epin",
    "rfx",
    "passport",
    "keywords",
}
AT_A_GLANCE = ("expected", "due", "value", "industry", "method")


def all_facts(facts: Snapshot) -> list[Fact]:
    """Return what a page shows, unknowns in words."""
    shown = [fact for fact in _said(facts) if fact.key not in ELSEWHERE]
    settled = {"expected"} if facts.get("opens_at") else set()
    return [fact for fact in shown if fact.is_known or fact.key not in ONLY_IF_KNOWN | settled]


def at_a_glance(facts: Snapshot) -> list[Fact]:
    """Return the few facts by which a vendor decides whether to read on.

    Once there is a day of opening it stands where the plan stood.
    """
    shown = {fact.key: fact for fact in _said(facts)}
    if shown["opens"].is_known:
        shown["expected"] = shown["opens"]
    return [shown[key] for key in AT_A_GLANCE]


def changes_between(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what reads differently, old and new in words; unknown values are said as such."""
    pairs = zip(_said(before), _said(after), strict=True)
    return [Change(old.label, old.words, new.words) for old, new in pairs if old != new]


def _said(snapshot: Snapshot) -> list[Fact]:
    """Say every fact. A snapshot taken before a field existed lacks it: that is unknown, too."""
    facts: Snapshot = defaultdict(lambda: None, snapshot)
    said = [(key, str(label), say(facts)) for key, label, say in SAID]
    return [
        Fact(key, label, words or str(UNKNOWN.get(key, not_yet())), bool(words))
        for key, label, words in said
    ]
