"""What a revision tells of an opportunity, to be asked by the many searches that may find it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from opportunities.analysis import BETWEEN
from opportunities.choices import Phase, ValueBand
from opportunities.phases import phase_of
from opportunities.search import index, marks
from opportunities.search.terms import Term, Thesaurus, read_said


@dataclass(frozen=True)
class Candidate:
    """The public facts of one opportunity that a search looks at, as a revision tells them."""

    text: str
    facts: Mapping[str, Any]
    changed_at: datetime
    known: dict[Thesaurus, "Answers"] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, facts: Mapping[str, Any], *, changed_at: datetime) -> Self:
        """Read a revision's snapshot; ``changed_at`` is the moment of that revision."""
        return cls(index.padded(index.all_words(facts)), facts, changed_at)

    def moment(self, name: str) -> datetime | None:
        """Return a moment of the snapshot; one taken before the fact existed lacks it."""
        said = self.facts.get(name)
        return datetime.fromisoformat(said) if said else None

    def phase_at(self, moment: datetime) -> Phase:
        return phase_of(
            opens_at=self.moment("opens_at"),
            due_at=self.moment("due_at"),
            outcome=self.facts.get("outcome") or "",
            decided_at=self.moment("decided_at"),
            moment=moment,
        )

    def satisfies(self, asks: str, thesaurus: Thesaurus) -> bool:
        """Say whether these facts have all that ``asks``, the wishes of a search as :func:`asks_of` writes them,
        says."""
        return self.answers(thesaurus).are_yes_to(asks)

    def answers(self, thesaurus: Thesaurus) -> "Answers":
        """Return what is known of these facts so far, for whoever asks them for many searches."""
        answers = self.known.get(thesaurus)
        if answers is None:
            answers = self.known[thesaurus] = Answers(self, thesaurus)
        return answers

    @cached_property
    def band(self) -> ValueBand:
        return marks.band_of(self.facts)

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of the text, each once."""
        return frozenset(self.text.split()) - {BETWEEN}


def asks_of(stored: Mapping[str, Sequence[str]]) -> str:
    """Return what a search asks for, of its lasting part as ``Search.as_json`` writes it: a wish a line, all of which
    must be true. Words stand as ``Query.said`` writes them, facts behind their name: ``industries=goods|construction``.
    Blank for the search that finds everything.
    """
    facts = [f"{name}={'|'.join(values)}" for name, values in stored.items() if name != "words"]
    return "\n".join([*stored.get("words", []), *facts])


FACTS: dict[str, Callable[[Candidate, list[str]], bool]] = {
    "industries": lambda candidate, values: candidate.facts["industry"] in values,
    "methods": lambda candidate, values: candidate.facts["method"] in values,
    "bands": lambda candidate, values: candidate.band in values,
    "brand": lambda candidate, _values: bool(candidate.facts.get("brand_named")),
    "naics": lambda candidate, values: str(candidate.facts.get("naics_code") or "").startswith(
        tuple(values)
    ),
}


class Answers(dict[str, bool]):
    """Which wishes are true of a candidate. Each is looked at once: thousands of searches ask for the same."""

    def __init__(self, candidate: Candidate, thesaurus: Thesaurus) -> None:
        super().__init__(dict.fromkeys(("", *candidate.words), True))
        self.candidate, self.thesaurus, self.joined = candidate, thesaurus, thesaurus.joined

    def are_yes_to(self, asks: str) -> bool:
        """Say whether all wishes of ``asks`` are true."""
        for wish in asks.split("\n"):
            # Words that mean something together may have another word there that stands for them all.
            if not self[wish] and (wish not in self.joined or not self._are_yes_together(asks)):
                return False
        return True

    def _are_yes_together(self, asks: str) -> bool:
        """Say the same with all words read as one query. It never finds less."""
        wishes = asks.split("\n")
        words = read_said(tuple(wish for wish in wishes if "=" not in wish))
        return self.thesaurus.widen(words).finds(self.candidate.text) and all(
            self[wish] for wish in wishes if "=" in wish
        )

    def __missing__(self, wish: str) -> bool:
        if "=" in wish:
            name, _equals, values = wish.partition("=")
            answer = FACTS[name](self.candidate, values.split("|"))
        elif "|" in wish:
            answer = any(map(self.__getitem__, wish.split("|")))
        elif wish.startswith("-"):
            answer = not self[wish[1:]]
        else:
            answer = self._has(wish)
        self[wish] = answer
        return answer

    def _has(self, term: str) -> bool:
        """Say whether the text has a term that is none of its words, or what means the same."""
        if term.isalpha() and term not in self.thesaurus.said:
            return False
        alike = self.thesaurus.like(Term.read(term))
        return any(other.is_in(self.candidate.text) for other in alike)
