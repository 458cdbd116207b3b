"""An example of every letter that the portal can send, made without a row of the database.

An app that writes letters registers an example of each kind in ``apps.ready``; a test fails where a
template below ``templates/emails`` has none.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise

from letters.actions import as_mail
from letters.models import Letter
from letters.rendering import Words, write

Context = dict[str, Any]
READER = "reader@example.com"


def _no_headers() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Example:
    """``key`` names it in addresses. ``context`` is called in the language that the letter is shown in."""

    key: str
    template: str
    title: Promise
    sent_when: Promise
    context: Callable[[], Context]
    headers: Callable[[], Mapping[str, str]]

    def written(self, language: str) -> Words:
        """Return the example as a reader of ``language`` would get it."""
        with translation.override(language):
            context = self.context()
        return write(self.template, context, language=language)

    def mail(self, language: str, *, moment: datetime) -> bytes:
        """Return the whole mail, as a mail program opens it from a file."""
        letter = Letter(public_id=uuid.uuid4(), to_address=READER, created_at=moment)
        return as_mail(letter, self.written(language), self.headers())


EXAMPLES: dict[str, Example] = {}


def example(
    key: str,
    *,
    template: str,
    title: Promise,
    sent_when: Promise,
    headers: Callable[[], Mapping[str, str]] = _no_headers,
) -> Callable[[Callable[[], Context]], Callable[[], Context]]:
    """Register a letter: the function returns what the templates ``emails/<template>`` want.

    Two examples may show one template, such as news of something new and news of a change.
    """

    def register(context: Callable[[], Context]) -> Callable[[], Context]:
        EXAMPLES[key] = Example(key, template, title, sent_when, context, headers)
        return context

    return register
