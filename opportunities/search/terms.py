"""Text that a visitor typed, as terms: read, normalised, asked of words, written for each database's index.

``cleaning or janitorial "remote access" -windows desk*`` reads: one of the first two words, and the phrase,
and a word that begins with desk, and not the word windows. User text never reaches a database's own
query language: what is written there is made of stems, which are letters and digits alone.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple, Self

from opportunities.analysis import (
    BETWEEN,
    EMPTY_WORDS,
    HAS_DIGIT,
    SHORTEST_PART,
    plain_words,
    search_words,
    stem,
)

TERMS_AT_MOST = 24  # more than anybody types; each costs a look into the index
QUOTES = str.maketrans("“”„«»", '"""""')
CHUNK = re.compile(r'(-*)(?:"([^"]*)"?|([^\s",;]+))')


@dataclass(frozen=True, order=True)
class Term:
    """Stems that stand side by side; ``begins`` instead means: a word that begins so."""

    stems: tuple[str, ...] = ()
    begins: str = ""

    @classmethod
    def read(cls, said: str) -> Self:
        """Read what ``str()`` of a term gave."""
        return cls(begins=said[:-1]) if said.endswith("*") else cls(tuple(said.split(" ")))

    def __str__(self) -> str:
        return f"{self.begins}*" if self.begins else " ".join(self.stems)

    @cached_property
    def start(self) -> str:
        """How a word must begin, blank where whole words count. Whoever types part of a number means
        all that begin so: 02527Y finds 02527Y0385, and 5415 all of that NAICS group."""
        word = self.stems[0] if len(self.stems) == 1 else ""
        is_number = HAS_DIGIT.search(word) and not word.startswith(BETWEEN)
        return self.begins or (word if is_number and len(word) >= SHORTEST_PART else "")

    @cached_property
    def whole(self) -> str:
        """The stems side by side; of a beginning its stem, so that cleaning* finds “cleans”."""
        return stem(self.begins) if self.begins else " ".join(self.stems)

    def is_in(self, text: str) -> bool:
        """Say whether ``text``, stems with a space on both sides of each, has it."""
        return f" {self.whole} " in text or bool(self.start and f" {self.start}" in text)


class Thesaurus:
    """What means the same in the trade, as staff keep it."""

    def __init__(self, groups: Iterable[str] = ()) -> None:
        self.alike: dict[Term, frozenset[Term]] = {}
        for group in groups:
            terms = frozenset(
                Term(stems) for word in group.split(",") if (stems := tuple(search_words(word)))
            )
            for term in terms:
                self.alike[term] = self.alike.get(term, frozenset()) | terms
        self.said = frozenset(map(str, self.alike))
        # Words that mean something together: with one of these a query is widened as a whole.
        self.joined = frozenset(
            word for term in self.alike if len(term.stems) > 1 for word in term.stems
        )

    def widen(self, query: "Query") -> "Query":
        """Return ``query`` with every word's synonyms beside it.

        A synonym of several words is recognised as a phrase and where its words are asked for one by one.
        """
        if not self.alike or not query:
            return query
        single = {term.stems for clause in query.clauses if len(clause) == 1 for term in clause}
        spread: dict[tuple[str, ...], frozenset[Term]] = {
            (stems,): alike
            for key, alike in self.alike.items()
            if len(key.stems) > 1 and all((word,) in single for word in key.stems)
            for stems in key.stems
        }
        return Query(
            tuple(self._widened(clause, spread) for clause in query.clauses),
            frozenset(other for term in query.without for other in self.like(term)),
        )

    def _widened(
        self, clause: frozenset[Term], spread: dict[tuple[str, ...], frozenset[Term]]
    ) -> frozenset[Term]:
        wide = frozenset(other for term in clause for other in self.like(term))
        if len(clause) == 1:
            wide |= spread.get(next(iter(clause)).stems, frozenset())
        return wide

    def like(self, term: Term) -> frozenset[Term]:
        """Return ``term`` and what means the same."""
        return self.alike.get(term, frozenset([term]))


@dataclass(frozen=True)
class Query:
    """One term of each clause must be there, and none of ``without``. False when it asks for nothing."""

    clauses: tuple[frozenset[Term], ...] = ()
    without: frozenset[Term] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.clauses or self.without)

    @property
    def has_beginnings(self) -> bool:
        return any(term.start for clause in (*self.clauses, self.without) for term in clause)

    def __and__(self, other: "Query") -> "Query":
        """Ask for both."""
        return Query(self.clauses + other.clauses, self.without | other.without)

    def finds(self, text: str) -> bool:
        """Say whether ``text``, stems with a space on both sides of each, is found."""
        return all(any(term.is_in(text) for term in clause) for clause in self.clauses) and not any(
            term.is_in(text) for term in self.without
        )

    def said(self) -> tuple[str, ...]:
        """Return the query as texts that :func:`read_said` reads, the same for equal queries."""
        clauses = {"|".join(sorted(map(str, clause))) for clause in self.clauses}
        return (*sorted(clauses), *sorted(f"-{term}" for term in self.without))


@lru_cache(maxsize=1000)
def read_said(said: tuple[str, ...]) -> Query:
    """Read what ``Query.said`` gave."""
    return Query(
        tuple(frozenset(map(Term.read, s.split("|"))) for s in said if not s.startswith("-")),
        frozenset(Term.read(s[1:]) for s in said if s.startswith("-")),
    )


def read_typed(text: str) -> Query:
    """Read what a visitor typed. Any text will do; what has no words asks for nothing."""
    clauses: list[frozenset[Term]] = []
    without: set[Term] = set()
    joins = False
    for minus, phrase, word in CHUNK.findall(text.translate(QUOTES)):
        if len(clauses) + len(without) >= TERMS_AT_MOST:
            break
        if not minus and word.casefold() == "or":
            joins = bool(clauses)
            continue
        term = _phrase(phrase) if phrase else _word(word)
        if term is None:
            continue
        if minus:
            without.add(term)
        elif joins:
            clauses[-1] |= {term}
        else:
            clauses.append(frozenset([term]))
        joins = False
    return Query(tuple(clauses), frozenset(without))


def _phrase(text: str) -> Term | None:
    stems = tuple(search_words(text))
    return Term(stems) if stems else None


def _word(text: str) -> Term | None:
    """Read a chunk without spaces: e-discovery is two words side by side, janit* the beginning of one."""
    words = plain_words(text)
    if text.endswith("*") and len(words) == 1 and words[0] not in EMPTY_WORDS:
        return Term(begins=words[0])
    return _phrase(text)


# --- For the databases ----------------------------------------------------------------------------


class Dialect(NamedTuple):
    """How a database's full-text language joins terms."""

    both: str
    either: str
    but_not: str
    write: Callable[[Term], str]

    def written(self, query: Query) -> str:
        must = self.both.join(map(self.any_of, query.clauses))
        if not query.without:
            return must
        return f"({must}){self.but_not}{self.any_of(query.without)}"

    def any_of(self, terms: frozenset[Term]) -> str:
        return f"({self.either.join(map(self.write, sorted(terms)))})"


def pairs_of(words: Sequence[str]) -> list[str]:
    """Return each two words that stand side by side, as PostgreSQL's index keeps them; no word has a ``_``."""
    sides = pairwise(words)
    return [f"{left}_{right}" for left, right in sides if BETWEEN not in {left, right}]


def _postgres_term(term: Term) -> str:
    words = term.whole.split(" ")
    whole = " & ".join(f"'{pair}'" for pair in pairs_of(words))
    if len(words) != 2:
        chain = " <-> ".join(f"'{word}'" for word in words)
        whole = f"{whole} & {chain}" if whole else chain
    return f"({whole} | '{term.start}':*)" if term.start else f"({whole})"


def _sqlite_term(term: Term) -> str:
    return f'("{term.whole}" OR "{term.start}" *)' if term.start else f'"{term.whole}"'


# Both know “not” only after something that must be there: ``index`` sees to it.
TSQUERY = Dialect(" & ", " | ", " & !", _postgres_term)
FTS5 = Dialect(" AND ", " OR ", " NOT ", _sqlite_term)
