"""Text into search words, in one place, so that every database and the alerts agree on what matches."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+")
STEMMER = snowballstemmer.stemmer("english")
# Words that every title has; asking for them must not hide anything.
EMPTY_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "it",
        "of",
        "on",
        "or",
        "the",
        "to",
        "with",
    ]
)


def search_words(text: str) -> list[str]:
    """Return the stems of ``text`` in order: no capitals, no accents, no empty words.

    Any text will do, and text without words gives an empty list.
    """
    return [_stem(word) for word in WORD.findall(_plain(text)) if word not in EMPTY_WORDS]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=10_000)
def _stem(word: str) -> str:
    return str(STEMMER.stemWord(word))
