"""The visitor's search: read from an address, said in words, applied to rows, asked of one revision."""

from opportunities.search.terms import Thesaurus
from opportunities.search.value import Candidate, Search, thesaurus

__all__ = ["Candidate", "Search", "Thesaurus", "thesaurus"]
