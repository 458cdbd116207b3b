"""The visitor's search: read from an address, said in words, applied to rows, asked of one revision."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext as _

from opportunities.analysis import search_words
from opportunities.choices import Industry, Method

LONGEST_TEXT = 200
Rows = TypeVar("Rows", bound="models.QuerySet[Any]")


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Equal searches are equal values, however they were typed.

    ``words`` are stems that must all occur, each once, in a fixed order; ``text`` is how it was typed,
    for the search box and for people. Empty means: no wish about this.
    """

    words: tuple[str, ...] = ()
    industries: tuple[Industry, ...] = ()
    methods: tuple[Method, ...] = ()
    text: str = field(default="", compare=False)

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        """Read a search from an address. Unknown values are dropped; any text is a search."""
        text = _tidy(query.get("q") or "")
        return cls(
            words=tuple(sorted(set(search_words(text)))),
            industries=_known(Industry, query.getlist("industry")),
            methods=_known(Method, query.getlist("method")),
            text=text,
        )

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what :meth:`as_json` wrote. Stems are taken as they are: stemming twice may change them."""
        return cls(
            words=tuple(stored.get("words", [])),
            industries=_known(Industry, stored.get("industries", [])),
            methods=_known(Method, stored.get("methods", [])),
        )

    @property
    def is_empty(self) -> bool:
        """True for the search that finds everything."""
        return not (self.words or self.industries or self.methods)

    def as_json(self) -> dict[str, list[str]]:
        """Return the same value for equal searches; what is not asked for is left out."""
        parts: dict[str, list[Any]] = {
            "words": list(self.words),
            "industries": list(self.industries),
            "methods": list(self.methods),
        }
        return {name: [str(value) for value in values] for name, values in parts.items() if values}

    def query_string(self) -> str:
        """Return the search as part of an address, without a question mark; blank if empty."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("industry", industry.value) for industry in self.industries]
        return urlencode(pairs + [("method", method.value) for method in self.methods])

    def __str__(self) -> str:
        wishes = [
            _("with the words “%s”") % self.text if self.words else "",
            _("in %s") % _or(self.industries) if self.industries else "",
            _("bought by %s") % _or(self.methods) if self.methods else "",
        ]
        said = [wish for wish in wishes if wish]
        return _("Opportunities %s") % ", ".join(said) if said else _("All opportunities")

    def apply(self, opportunities: Rows) -> Rows:
        """Keep what this search finds."""
        if self.industries:
            opportunities = opportunities.filter(industry__in=self.industries)
        if self.methods:
            opportunities = opportunities.filter(method__in=self.methods)
        for word in self.words:
            opportunities = opportunities.filter(search_text__contains=f" {word} ")
        return opportunities

    def finds(self, snapshot: Mapping[str, Any], words: frozenset[str]) -> bool:
        """Say whether a revision with these public facts and these search words is found: the same answer
        that :meth:`apply` gives for the opportunity itself."""
        return (
            words.issuperset(self.words)
            and (not self.industries or snapshot["industry"] in self.industries)
            and (not self.methods or snapshot["method"] in self.methods)
        )


def _tidy(text: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text[: LONGEST_TEXT * 2])
    return " ".join(printable.split())[:LONGEST_TEXT].strip()


T = TypeVar("T", Industry, Method)


def _known(choices: type[T], values: Iterable[Any]) -> tuple[T, ...]:
    wanted = {str(value) for value in values}
    return tuple(choice for choice in choices if choice.value in wanted)


def _or(choices: Iterable[Industry] | Iterable[Method]) -> str:
    return _(" or ").join(str(choice.label) for choice in choices)
