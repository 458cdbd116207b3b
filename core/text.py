"""Text as people see it: without the characters that nobody sees."""

import re

# Control characters, zero-width ones, those that turn the direction of writing, and those that are none.
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]"
)


def one_line(text: str) -> str:
    """Return ``text`` in one line, each run of spaces and unseen characters as one space."""
    return " ".join(UNSEEN.sub(" ", text).split())


def lines(text: str) -> str:
    """Return ``text`` line by line without unseen characters and spaces at line ends."""
    return "\n".join(UNSEEN.sub("", line).rstrip() for line in text.splitlines()).strip()
