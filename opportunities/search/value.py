"""The search as a value: one question, asked of a list, of an address, of a revision, of a person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opportunities.choices import Industry, Method, Phase, Precision, Sort, ValueBand
from opportunities.models import CommodityCode, SynonymGroup
from opportunities.partial_dates import FiscalQuarter
from opportunities.querysets import in_phase
from opportunities.search import index, marks
from opportunities.search.candidate import Candidate, asks_of
from opportunities.search.terms import Query, Thesaurus, read_said, read_typed
from opportunities.words import expected_period

LONGEST_TEXT = 200
LONGEST_WINDOW = 365  # days
MOST_CODES = 10
WINDOWS = frozenset(["due", "posted", "changed"])  # named as in an address
T = TypeVar("T", Phase, Industry, Method, ValueBand, Sort)


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Equal searches are equal values, however they were typed.

    ``words`` is the text in the form of ``terms.Query.said``; ``text`` is how it was typed, for the search
    box and for people; ``sort`` only orders. Of several values of one kind any will do; what is empty is no
    wish. ``naics`` are beginnings of codes; ``quarters`` are of what is coming up; the windows are whole days, counted from the moment of asking.
    """

    words: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    industries: tuple[Industry, ...] = ()
    methods: tuple[Method, ...] = ()
    naics: tuple[str, ...] = ()
    bands: tuple[ValueBand, ...] = ()
    quarters: tuple[FiscalQuarter, ...] = ()
    is_brand_named: bool = False
    due_within: int | None = None
    posted_within: int | None = None
    changed_within: int | None = None
    text: str = field(default="", compare=False)
    sort: Sort | None = field(default=None, compare=False)

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Read a search from an address. Unknown values are dropped; any text is a search."""
        text = _tidy(query.get("q") or "")
        return cls(
            words=read_typed(text).said(),
            phases=_known(Phase, query.getlist("phase")),
            industries=_known(Industry, query.getlist("industry")),
            methods=_known(Method, query.getlist("method")),
            naics=_codes(query.getlist("naics")),
            bands=_known(ValueBand, query.getlist("value")),
            quarters=_quarters(query.getlist("quarter")),
            is_brand_named=query.get("brand") == "named",
            due_within=_days(query.get("due")),
            posted_within=_days(query.get("posted")),
            changed_within=_days(query.get("changed")),
            text=text,
            sort=next(iter(_known(Sort, query.getlist("sort")[:1])), None),
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what :meth:`as_json` wrote. Stems are taken as they are: stemming twice may change them."""
        return cls(
            words=tuple(stored.get("words", [])),
            industries=_known(Industry, stored.get("industries", [])),
            methods=_known(Method, stored.get("methods", [])),
            naics=_codes(stored.get("naics", [])),
            bands=_known(ValueBand, stored.get("bands", [])),
            is_brand_named=bool(stored.get("brand")),
        )

    @property
    def is_empty(self) -> bool:
        """True for the search that finds everything."""
        return self == type(self)()

    @property
    def lasting(self) -> Self:
        """The part that can be asked of every future change: without phase, window, quarter and order."""
        return replace(
            self,
            phases=(),
            quarters=(),
            due_within=None,
            posted_within=None,
            changed_within=None,
            sort=None,
        )

    @property
    def moves_with_the_clock(self) -> bool:
        """True for a window: its edges are counted from now, so what it finds changes though nothing happens."""
        return bool(self.due_within or self.posted_within or self.changed_within)

    @property
    def query(self) -> Query:
        return read_said(self.words)

    @property
    def order(self) -> Sort:
        """How to sort: as asked; else the best match first for words, the next deadline for all else."""
        if self.sort and (self.sort != Sort.BEST or self.words):
            return self.sort
        return Sort.BEST if self.query.clauses else Sort.DUE

    def as_json(self) -> dict[str, list[str]]:
        """Return the same value for searches whose lasting parts are equal; what is not asked for is left out."""
        parts: dict[str, Iterable[Any]] = {
            "words": self.words,
            "industries": self.industries,
            "methods": self.methods,
            "naics": self.naics,
            "bands": self.bands,
            "brand": ["named"] if self.is_brand_named else [],
        }
        return {name: [str(value) for value in values] for name, values in parts.items() if values}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the search as names and values of an address, in one fixed order."""
        pairs = [("q", self.text)] if self.text else []
        for name, values in [
            ("phase", self.phases),
            ("industry", self.industries),
            ("method", self.methods),
            ("naics", self.naics),
            ("value", self.bands),
            ("quarter", self.quarters),
        ]:
            pairs += [(name, str(value)) for value in values]
        if self.is_brand_named:
            pairs.append(("brand", "named"))
        for name, days in [
            ("due", self.due_within),
            ("posted", self.posted_within),
            ("changed", self.changed_within),
        ]:
            pairs += [(name, str(days))] if days else []
        return pairs + ([("sort", self.sort.value)] if self.sort else [])

    def query_string(self) -> str:
        """Return the search as part of an address, without a question mark; blank if empty."""
        return urlencode(self.pairs())

    def without(self, name: str, value: str) -> Self:
        """Return the search less one wish, named as in :meth:`pairs`."""
        query = QueryDict(mutable=True)
        for other in self.pairs():
            if other != (name, value):
                query.appendlist(*other)
        return type(self).from_query(query)

    def wishes(self) -> list[tuple[str, str, str]]:
        """Return each wish as name and value of an address and in words, in one fixed order."""
        said: dict[str, Callable[[str], str]] = {
            "q": lambda text: _("Words: %s") % text,
            "phase": lambda value: str(Phase(value).label),
            "industry": lambda value: str(Industry(value).label),
            "method": lambda value: str(Method(value).label),
            "naics": lambda code: _("NAICS %s") % code,
            "value": lambda value: _("Value: %s") % ValueBand(value).label,
            "quarter": lambda value: _("Expected: %s") % _quarter(value),
            "brand": lambda _value: _("A brand is named"),
            "due": lambda days: _in_days(_("Due within %s"), days),
            "posted": lambda days: _in_days(_("New in the last %s"), days),
            "changed": lambda days: _in_days(_("Changed in the last %s"), days),
        }
        return [(name, value, said[name](value)) for name, value in self.pairs() if name in said]

    def __str__(self) -> str:
        wishes = [
            _("with the words “%s”") % self.text if self.words and self.text else "",
            _("that are: %s") % _or(self.phases) if self.phases else "",
            _("in %s") % _or(self.industries) if self.industries else "",
            _("bought by %s") % _or(self.methods) if self.methods else "",
            _("under NAICS %s") % _(" or ").join(self.naics) if self.naics else "",
            _("worth: %s") % _or(self.bands) if self.bands else "",
            _("expected in %s") % _(" or ").join(quarter.label for quarter in self.quarters)
            if self.quarters
            else "",
            _("with a brand named") if self.is_brand_named else "",
            _in_days(_("due within %s"), self.due_within),
            _in_days(_("new in the last %s"), self.posted_within),
            _in_days(_("changed in the last %s"), self.changed_within),
        ]
        said = [wish for wish in wishes if wish]
        return _("Opportunities %s") % ", ".join(said) if said else _("All opportunities")

    # --- What it finds ------------------------------------------------------------------------

    def apply(self, rows: index.Rows, *, moment: datetime, thesaurus: Thesaurus) -> index.Rows:
        """Keep what this search finds at ``moment`` among rows that are public."""
        if words := thesaurus.widen(self.query):
            rows = index.narrow(rows, words & marks.wished(self, moment))
        for condition in self.conditions(moment).values():
            rows = rows.filter(condition)
        return rows

    def conditions(self, moment: datetime) -> dict[str, Q]:
        """Return what is asked of the facts beside the words, each wish by its name in an address."""
        wishes = {
            "phase": _any(in_phase(phase, moment) for phase in self.phases),
            "industry": Q(industry__in=self.industries) if self.industries else None,
            "method": Q(method__in=self.methods) if self.methods else None,
            "naics": Q(naics__in=_codes_under(self.naics)) if self.naics else None,
            "value": Q(value_band__in=self.bands) if self.bands else None,
            "quarter": _any(
                in_phase(Phase.UPCOMING, moment) & _expected_in(q) for q in self.quarters
            ),
            "brand": ~Q(brand_named="") if self.is_brand_named else None,
            "due": Q(
                due_at__gt=moment, due_at__lte=moment + _window(self.due_within), decided_at=None
            )
            if self.due_within
            else None,
            "posted": _since("published_at", self.posted_within, moment),
            "changed": _since("changed_at", self.changed_within, moment),
        }
        return {name: wish for name, wish in wishes.items() if wish is not None}

    def finds(self, candidate: Candidate, *, moment: datetime, thesaurus: Thesaurus) -> bool:
        """Say whether these public facts are found at ``moment``: the same answer that :meth:`apply` gives
        for the opportunity itself."""
        return candidate.satisfies(asks_of(self.as_json()), thesaurus) and self._wants_time(
            candidate, moment
        )

    def _wants_quarter(self, candidate: Candidate, moment: datetime) -> bool:
        expected = expected_period(candidate.facts)
        return candidate.phase_at(moment) == Phase.UPCOMING and any(
            quarter.holds(expected) for quarter in self.quarters
        )

    def _wants_time(self, candidate: Candidate, moment: datetime) -> bool:
        due, posted = candidate.moment("due_at"), candidate.moment("published_at")
        return (
            (not self.phases or candidate.phase_at(moment) in self.phases)
            and (not self.quarters or self._wants_quarter(candidate, moment))
            and _is_soon(
                due if not candidate.facts.get("outcome") else None, self.due_within, moment
            )
            and _is_fresh(posted, self.posted_within, moment)
            and _is_fresh(candidate.changed_at, self.changed_within, moment)
        )


def thesaurus() -> Thesaurus:
    """Return what staff say means the same. One query."""
    return Thesaurus(SynonymGroup.objects.values_list("words", flat=True))


def thesaurus_for(search: Search) -> Thesaurus:
    """Return what ``search`` needs of the thesaurus. One query, or none for a search without words."""
    return thesaurus() if search.words else Thesaurus()


def _window(days: int | None) -> timedelta:
    return timedelta(days=days or 0)


def _is_soon(due: datetime | None, within: int | None, moment: datetime) -> bool:
    return within is None or (due is not None and moment < due <= moment + _window(within))


def _is_fresh(happened: datetime | None, within: int | None, moment: datetime) -> bool:
    return within is None or (
        happened is not None and moment - _window(within) < happened <= moment
    )


def _since(name: str, within: int | None, moment: datetime) -> Q | None:
    # With both ends SQLite takes it for few rows, as it is, and looks them up instead of walking along a list.
    return (
        Q(**{f"{name}__gt": moment - _window(within), f"{name}__lte": moment}) if within else None
    )


def _codes_under(beginnings: Iterable[str]) -> list[int]:
    """Return the keys of the NAICS codes that begin so. Joined instead, a database begins with the codes and
    reads all that was ever bought under them. One query."""
    begins = _any(Q(code__startswith=beginning) for beginning in beginnings)
    return list(CommodityCode.objects.filter(begins or Q()).values_list("pk", flat=True))


def _any(conditions: Iterable[Q]) -> Q | None:
    found: Q | None = None
    for condition in conditions:
        found = condition if found is None else found | condition
    return found


def _expected_in(quarter: FiscalQuarter) -> Q:
    """Expected within the quarter, or in the fiscal year that it belongs to."""
    return Q(expected_on__range=(quarter.first_day, quarter.last_day)) & ~Q(
        expected_precision=Precision.FISCAL_YEAR
    ) | Q(expected_on=quarter.year_begins, expected_precision=Precision.FISCAL_YEAR)


def _tidy(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[: LONGEST_TEXT * 2])
    return " ".join(printable.split())[:LONGEST_TEXT].strip()


def _known(choices: type[T], values: Iterable[Any]) -> tuple[T, ...]:
    wanted = {str(value) for value in values}
    return tuple(choice for choice in choices if choice.value in wanted)


def _codes(values: Iterable[Any]) -> tuple[str, ...]:
    """Keep beginnings of NAICS codes; of two where one holds the other, the wider."""
    texts = {str(value) for value in values}
    codes = sorted({t for t in texts if t.isascii() and t.isdigit() and 2 <= len(t) <= 6})
    wide = [c for c in codes if not any(c != other and c.startswith(other) for other in codes)]
    return tuple(wide[:MOST_CODES])


def _quarters(values: Iterable[str]) -> tuple[FiscalQuarter, ...]:
    read = {quarter for value in values if (quarter := FiscalQuarter.parse(value))}
    return tuple(sorted(read))[:MOST_CODES]


def _quarter(value: str) -> str:
    quarter = FiscalQuarter.parse(value)
    return quarter.label if quarter else value


def _days(value: str | None) -> int | None:
    if not value or not (value.isascii() and value.isdigit() and len(value) < 9):
        return None
    days = int(value)
    return min(days, LONGEST_WINDOW) or None


def _in_days(sentence: str, days: int | str | None) -> str:
    if not days:
        return ""
    return sentence % (ngettext("%d day", "%d days", int(days)) % int(days))


def _or(choices: Iterable[Any]) -> str:
    return _(" or ").join(str(choice.label) for choice in choices)
