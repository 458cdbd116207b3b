"""The rows of a list as HTML, each drawn once for as long as it reads the same.

Drawing was most of what a page cost. What a row says follows from the last revision, the language and the
little that a clock changes: its phase, the time that is left and whether a plan needs confirming.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.core.cache import caches
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opportunities import deadlines, slippage, words
from opportunities.choices import Outcome, Phase
from opportunities.models import Opportunity

# What the key of a row and its place in any list are made of: all that a page reads of a row drawn before.
KEY_FIELDS = (
    "changed_sequence",
    "published_sequence",
    "published_at",
    "last_confirmed_on",
    "opens_at",
    "due_at",
    "expected_on",
    "expected_precision",
    "outcome",
    "decided_at",
    "title_key",
)
SOON = 3  # days: a deadline that near stands out
LONGEST_REASON = 20  # words of why something was cancelled


class Row(NamedTuple):
    """What finds a row among those drawn before. ``due_at`` is set while it is open: the time left changes
    with the clock, and all else with the version or the day."""

    pk: int
    key: str
    due_at: datetime | None


def row_of(opportunity: Opportunity, moment: datetime) -> Row:
    """Read ``KEY_FIELDS`` of an opportunity and nothing else. No query."""
    phase = opportunity.phase_at(moment)
    doubts = "".join(sign for sign, _words in _doubts(opportunity, phase, moment))
    return Row(
        opportunity.pk,
        f"{opportunity.pk}.{opportunity.changed_sequence}.{phase.value}{doubts}",
        opportunity.due_at if phase == Phase.OPEN else None,
    )


def drawn(rows: Iterable[Row], *, moment: datetime, edition: int) -> dict[int, SafeString]:
    """Return each row by its number as a list item. No query where all were drawn before, else one; what was
    taken back in this very moment is missing."""
    kind = f"{quote(settings.RELEASE)}.{edition}.{get_language()}"
    keys = {row.pk: f"{kind}.{row.key}.{_left(row, moment)}" for row in rows}
    kept: dict[str, SafeString] = caches["rows"].get_many(keys.values())
    missing = [pk for pk, key in keys.items() if key not in kept]
    if missing:
        whole = Opportunity.objects.public().filter(pk__in=missing)
        new = {keys[row.pk]: _draw(row, moment) for row in whole}
        caches["rows"].set_many(new)
        kept |= new
    return {pk: kept[key] for pk, key in keys.items() if key in kept}


def _left(row: Row, moment: datetime) -> str:
    number, unit = deadlines.left(row.due_at, moment)
    return f"{number}{unit}"


def _draw(row: Opportunity, moment: datetime) -> SafeString:
    return SafeString(get_template("opportunities/_row.html").render(_said(row, moment)))


def _said(row: Opportunity, moment: datetime) -> dict[str, Any]:
    """Return everything that a row says, ready to be written down."""
    phase = row.phase_at(moment)
    due_at = row.due_at if phase == Phase.OPEN else None
    return {
        "reference": row.reference,
        "is_ahead": phase in {Phase.OPEN, Phase.UPCOMING},
        "title": row.title,
        "url": row.get_absolute_url(),
        "phase": phase.value,
        "phase_words": phase.label,
        "left": deadlines.time_left(due_at, moment),
        "is_soon": due_at is not None and (due_at - moment).days < SOON,
        "when": _when(row, phase),
        "value": "" if row.outcome else _value(row),
        "industry": row.get_industry_display(),
        "method": row.get_method_display(),
        "doubts": [said for _sign, said in _doubts(row, phase, moment)],
    }


def _value(row: Opportunity) -> str:
    return words.value_range(row.value_min, row.value_max) or words.not_yet()


def _when(row: Opportunity, phase: Phase) -> str:
    """Say the one date that matters in this phase, or how it ended."""
    if row.outcome:
        return _ended(row, phase)
    if phase == Phase.UPCOMING:
        if row.opens_at:
            return _("Opens %s") % words.new_york(row.opens_at)
        return _("Expected: %s") % (words.expected(_expectation(row)) or words.not_yet())
    if row.due_at is None:
        return _("No deadline is announced")
    said = _("Responses closed on %s") if phase == Phase.CLOSED else _("Responses due %s")
    return said % words.new_york(row.due_at)


def _expectation(row: Opportunity) -> dict[str, Any]:
    return {
        "expected_on": row.expected_on.isoformat() if row.expected_on else None,
        "expected_precision": row.expected_precision,
        "expected_confidence": row.expected_confidence,
    }


def _ended(row: Opportunity, phase: Phase) -> str:
    if row.outcome == Outcome.CANCELLED:
        # The tag beside it says “cancelled” until the purchase is archived.
        said = _("Reason: %s") if phase == Phase.CANCELLED else _("Cancelled: %s")
        return said % Truncator(row.cancel_reason).words(LONGEST_REASON)
    amount = words.dollars(row.award_value) if row.award_value is not None else words.not_yet()
    return _("Awarded to %(vendor)s for %(amount)s") % {
        "vendor": row.award_vendor,
        "amount": amount,
    }


def _doubts(row: Opportunity, phase: Phase, moment: datetime) -> list[tuple[str, str]]:
    """Say why a plan may not hold any more, each reason with a sign of its own: that nobody has confirmed it
    for long, and that its time has passed."""
    if phase != Phase.UPCOMING:
        return []
    doubts = []
    since = row.unconfirmed_since
    if since is not None and row.needs_confirming_at(moment):
        said = _("Not confirmed since %s: it may have changed") % date_format(since, "DATE_FORMAT")
        doubts.append(("?", said))
    if row.opens_at is None and slippage.has_passed(row.expected, timezone.localdate(moment)):
        doubts.append(("!", _("That time has passed; the agency has named no other.")))
    return doubts
