"""A letter rendered once, with gaps for what differs from reader to reader.

Rendering a letter takes milliseconds and filling a gap microseconds: of a letter to ten thousand people all but the
links and the reasons is the same.
"""

import re
from binascii import b2a_qp
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from uuid import uuid4

from letters.rendering import Words

SECRET = uuid4().hex  # no text holds it
LINE_END = re.compile(r"\r\n?")
BREAK = b"=\r\n"  # a line break that is none to the reader (RFC 2045 section 6.7)


@cache
def gap(number: int) -> str:
    """Return the mark to be put into a template where something will stand; it needs no escaping."""
    return f"gap{number:04}{SECRET}"


GAP = re.compile(rf"(gap\d{{4}}{SECRET})")


class Form:
    """The words of a letter with gaps."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.text, self.html = _Pieces(words.text), _Pieces(words.html)

    def filled(self, values: Sequence[str]) -> Words:
        """Return the words with the first of ``values`` in ``gap(0)`` and so on, escaped in the HTML."""
        said = {gap(number): value for number, value in enumerate(values)}
        marked_up = {mark: escape(value) for mark, value in said.items()}
        return replace(
            self.words,
            text=self.text.joined(said),
            html=self.html.joined(marked_up),
            encoded=(self.text.encoded(said), self.html.encoded(marked_up)),
        )


class _Pieces:
    """A text in pieces, those between the gaps in quoted-printable already."""

    def __init__(self, text: str) -> None:
        self.pieces = GAP.split(text)
        self.ready = {piece: quoted(piece) for piece in self.pieces}

    def joined(self, values: Mapping[str, str]) -> str:
        return "".join(values.get(piece, piece) for piece in self.pieces)

    def encoded(self, values: Mapping[str, str]) -> bytes:
        return BREAK.join(
            quoted(values[piece]) if piece in values else self.ready[piece] for piece in self.pieces
        )


def quoted(text: str) -> bytes:
    """Return ``text`` in quoted-printable, lines ending as mail wants them, however they ended before: servers
    refuse a CR that stands alone (RFC 5321 section 2.3.8)."""
    lines = LINE_END.sub("\n", text)
    return b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")
