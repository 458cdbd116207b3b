"""What waits for somebody at the desk, of letters."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.work import pile
from letters.models import Letter
from letters.querysets import LetterQuerySet


@pile(
    "letters",
    Letter,
    title=_("letters that failed or may have arrived twice"),
    explanation=_("Look at what the mail server said, then mark them as looked at."),
    permission="letters.view_letter",
)
def troubled(moment: datetime) -> LetterQuerySet:
    return Letter.objects.troubled()
