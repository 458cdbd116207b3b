"""How many letters a minute a mail domain gets, where ``LETTER_RATES`` says so: large ones refuse a flood.

A bucket for each domain fills up all the time; taking a lease empties it. What is beyond waits a little,
and letters to everybody else go first.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings

from letters.models import Letter, Provider

FULL_AFTER = 10  # seconds: what may go at once


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def put_off_beyond(letters: list[Letter], *, moment: datetime) -> list[Letter]:
    """Return those of ``letters`` that may go now, in their order; the others are due a little later.

    Call it in the transaction that takes them. No query where no limit applies.
    """
    by_domain: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        if (domain := domain_of(letter.to_address)) in settings.LETTER_RATES:
            by_domain[domain].append(letter)
    late: set[int] = set()
    for domain in sorted(by_domain):  # in one order: two senders must not wait for each other
        rest = by_domain[domain][_take(domain, len(by_domain[domain]), moment) :]
        late |= {letter.pk for letter in rest}
        if rest:
            wait = timedelta(seconds=60 * len(rest) / settings.LETTER_RATES[domain])
            Letter.objects.filter(pk__in=[letter.pk for letter in rest]).update(
                due_at=moment + wait
            )
    return [letter for letter in letters if letter.pk not in late]


def _take(domain: str, wanted: int, moment: datetime) -> int:
    """Take up to ``wanted`` tokens; return how many there were. The bucket's lock is held until commit."""
    a_second = settings.LETTER_RATES[domain] / 60
    full = max(1.0, a_second * FULL_AFTER)
    bucket, _new = Provider.objects.select_for_update().get_or_create(
        domain=domain, defaults={"tokens": full, "counted_at": moment}
    )
    passed = max(0.0, (moment - bucket.counted_at).total_seconds())
    tokens = min(full, bucket.tokens + passed * a_second)
    taken = min(wanted, int(tokens))
    bucket.tokens, bucket.counted_at = tokens - taken, max(moment, bucket.counted_at)
    bucket.save()
    return taken


def slow_down(address: str, *, moment: datetime) -> None:
    """Send this domain nothing for a minute: it says that we are too fast. Only where it has a limit."""
    Provider.objects.filter(domain=domain_of(address)).update(
        tokens=0, counted_at=moment + timedelta(minutes=1)
    )
