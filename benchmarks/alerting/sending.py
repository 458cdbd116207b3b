"""The portal's sender and bare smtplib, in turn, into the same server."""

import smtplib
import uuid
from collections.abc import Iterable, Iterator
from statistics import median

from django.conf import settings
from django.utils import timezone

from alerts.models import Match
from benchmarks.alerting.clocks import say, timed
from benchmarks.alerting.sinks import HOST, aiosmtpd_sink, fast_sink
from letters.choices import Priority
from letters.models import Letter, LetterBody
from letters.sending import send_due


def send(kind: str, count: int) -> Iterator[tuple[str, float]]:
    """Send the same letters by bare smtplib and by the portal's sender, in turn, to the same server."""
    with aiosmtpd_sink() as port:
        yield (
            f"send, of bare smtplib, {kind}, at least",
            median([compared(port, count) for _ in range(3)]),
        )
    with fast_sink() as port:
        yield (
            "send, of bare smtplib, fast server, at least",
            median([compared(port, count) for _ in range(3)]),
        )


def compared(port: int, count: int) -> float:
    """Return letters a second of the portal's sender as a share of bare smtplib's."""
    clear()
    bodies = due(count)
    bare = timed(lambda: by_smtplib(port, bodies))
    ours = by_portal(port, count)
    say(f"  bare {count / bare:,.0f}/s, portal {count / ours:,.0f}/s")
    return bare / ours


def by_portal(port: int, count: int) -> float:
    """Return the seconds in which the portal's sender sends the ``count`` letters that are due."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = HOST, port

    def send_all() -> None:
        while send_due():
            pass

    seconds = timed(send_all)
    assert Letter.objects.filter(state="sent").count() == count
    return seconds


def clear() -> None:
    """Delete every letter, and what leads to one."""
    Match.objects.all().delete()
    Letter.objects.all().delete()


def due(count: int) -> list[tuple[str, bytes]]:
    now = timezone.now()
    letters = Letter.objects.bulk_create(
        [
            Letter(
                public_id=uuid.uuid4(), kind="bench", owner=f"bench:{n}", slot="1", subject="Subject",
                to_address=f"{n}@readers.example", priority=Priority.NEWS, created_at=now, due_at=now,
            )
            for n in range(count)
        ]
    )  # fmt: skip
    line = b"Nothing stands in this line that anybody need read, and it is long enough.\r\n"
    raws = [
        b"Message-ID: <%s@law.example>\r\nSubject: x\r\n\r\n" % str(each.public_id).encode()
        + line * 60
        for each in letters
    ]
    LetterBody.objects.bulk_create(
        [LetterBody(letter=each, raw=raw, written_at=now) for each, raw in zip(letters, raws, strict=True)]
    )  # fmt: skip
    return [(each.to_address, raw) for each, raw in zip(letters, raws, strict=True)]


def by_smtplib(port: int, bodies: Iterable[tuple[str, bytes]]) -> None:
    with smtplib.SMTP(HOST, port) as server:
        for to, raw in bodies:
            server.sendmail("portal@law.example", [to], raw)
