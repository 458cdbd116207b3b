"""The visitor's search: read from an address, said in words, applied to rows, asked of one revision."""

from opportunities.search.candidate import Candidate, asks_of
from opportunities.search.terms import Thesaurus
from opportunities.search.value import Search, thesaurus, thesaurus_for

__all__ = ["Candidate", "Search", "Thesaurus", "asks_of", "thesaurus", "thesaurus_for"]
