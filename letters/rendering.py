"""From three templates to the words of a letter."""

from dataclasses import dataclass, field
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from core.text import one_line

# Rules that cannot stand in an attribute, such as dark colors, stay in a style element.
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Words:
    """What a letter says: a subject of one line, and twice the same facts."""

    subject: str
    text: str
    html: str
    # Text and HTML in quoted-printable, where that was cheap to have (``splicing``).
    encoded: tuple[bytes, bytes] | None = field(default=None, compare=False, repr=False)


def write(template: str, context: dict[str, Any], *, language: str) -> Words:
    """Return the letter ``emails/<template>`` (.subject.txt, .txt, .html) in ``language``.

    A language that is no longer offered falls back to English.
    """
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known):
        frame = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, "language": known}
        frame |= {"bidi": translation.get_language_bidi()} | context
        subject, text, html = (
            render_to_string(f"emails/{template}{ending}", frame)
            for ending in (".subject.txt", ".txt", ".html")
        )
    return Words(one_line(subject)[:LONGEST_SUBJECT], text.strip() + "\n", INLINER.inline(html))
