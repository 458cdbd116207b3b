"""“Did you mean …?”, asked only where a search found nothing."""

import difflib
from dataclasses import replace
from datetime import datetime

from opportunities.analysis import EMPTY_WORDS, HAS_DIGIT, plain_words
from opportunities.models import SearchWord
from opportunities.search.lanes import newest
from opportunities.search.terms import Thesaurus, read_typed
from opportunities.search.value import Search

LIKENESS = 0.75  # of 1: two letters of eight may differ


def did_you_mean(search: Search, *, moment: datetime, thesaurus: Thesaurus) -> Search | None:
    """Return ``search`` with the nearest known words in place of unknown ones, if that finds anything.

    Only what then finds something public is offered, so nothing tells of a word that is public no more.
    """
    if not search.words:
        return None
    text = search.text
    for word in dict.fromkeys(plain_words(search.text)):
        if (better := _nearest(word)) and better != word:
            text = _put(text, word, better)
    better_search = replace(search, words=read_typed(text).said(), text=text)
    if better_search == search:
        return None
    # Counted: asked only whether there is any, PostgreSQL looks for the first hit among all purchases.
    count = newest(better_search, moment=moment, thesaurus=thesaurus).count()
    return better_search if count else None


def _nearest(word: str) -> str:
    """Return the known word most like ``word``: one that it begins, else one spelled nearly so; blank if none."""
    if len(word) < 3 or word in EMPTY_WORDS or HAS_DIGIT.search(word):
        return ""
    near = SearchWord.objects.filter(word__startswith=word).order_by("word")
    if begun := near.values_list("word", flat=True).first():
        return begun
    alike = SearchWord.objects.filter(word__startswith=word[0]) | SearchWord.objects.filter(
        word__endswith=word[-2:]
    )
    known = list(alike.order_by("word").values_list("word", flat=True)[:20_000])
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=LIKENESS)), "")


def _put(text: str, word: str, better: str) -> str:
    """Put ``better`` where a chunk of ``text`` reads as ``word``."""
    return " ".join(
        chunk.casefold().replace(word, better) if word in plain_words(chunk) else chunk
        for chunk in text.split(" ")
    )
