"""Text into search words, in one place, so that every database and the alerts agree on what matches."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+")
HAS_DIGIT = re.compile(r"\d")
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


BETWEEN = "¶"  # stands between two texts, so that no phrase reaches from one into the other; no word holds it
LONGEST_WORD = 64
SHORTEST_PART = 4  # of a number, by which it is found


def search_words(text: str) -> list[str]:
    """Return the stems of ``text`` in order: no capitals, no accents, no empty words.

    Any text will do, and text without words gives an empty list.
    """
    return [stem(word) for word in plain_words(text) if word not in EMPTY_WORDS]


def plain_words(text: str) -> list[str]:
    """Return the words of ``text`` in order and as they are, but for capitals and accents."""
    return [word[:LONGEST_WORD] for word in WORD.findall(_plain(text))]


def parts_of_number(text: str) -> list[str]:
    """Return each word of a number such as an EPIN, and what is left of it after each of its first
    characters: whoever looks for words that begin with “y0385” then finds 02527Y0385."""
    return [
        word[start:]
        for word in plain_words(text)
        for start in range(max(1, len(word) - SHORTEST_PART + 1))
    ]


def _plain(text: str) -> str:
    if text.isascii():  # the same, in a fiftieth of the time
        return text.casefold()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@lru_cache(maxsize=10_000)
def stem(word: str) -> str:
    """Return the stem of a plain word; a word with a digit in it is a number and stays whole."""
    return word if HAS_DIGIT.search(word) else str(STEMMER.stemWord(word))
