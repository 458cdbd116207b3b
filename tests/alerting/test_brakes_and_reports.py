"""Pausing mail, a kind on trial, limits for a mail domain, and what comes back about letters."""

import mailbox
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from letters import line, reports, webhooks
from letters.choices import ReportKind
from letters.models import Channel, KindOnTrial, Letter, Report, Suppression
from letters.sending import send_due
from letters.suppression import is_suppressed
from tests.factories import letter
from tests.faults.hands import Clock, Mail, hand_over

pytestmark = pytest.mark.django_db

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clock(noon):
    return Clock(noon)


@pytest.fixture
def mail(monkeypatch):
    return hand_over(monkeypatch, Mail())


def states():
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_while_staff_pause_all_mail_nothing_goes_out_and_nothing_is_lost(clock, mail):
    for name in ("a", "b", "c"):
        letter(f"{name}@readers.example", moment=clock.now)
    mail.after[1] = lambda: Channel.objects.create(pk=1, is_paused=True)

    for _ in range(2):
        send_due(clock=clock)

    assert states() == ["sent", "ready", "ready"]
    Channel.objects.update(is_paused=False)
    assert send_due(clock=clock) == 2


def test_a_kind_on_trial_is_written_and_recorded_and_not_sent(clock, mail):
    letter("a@readers.example", moment=clock.now, kind="alerts.news")
    letter("b@readers.example", moment=clock.now)
    KindOnTrial.objects.create(kind="alerts.news")

    send_due(clock=clock)

    assert states() == ["dry-run", "sent"]
    assert mail.recipients == ["b@readers.example"]


def test_a_domain_with_a_limit_gets_no_more_and_keeps_nobody_else_waiting(clock, mail, settings):
    settings.LETTER_RATES = {"slow.example": 12}  # one in five seconds, two at once
    for number in range(5):
        letter(f"{number}@slow.example", moment=clock.now)
    letter("other@fast.example", moment=clock.now)

    sent = [send_due(clock=clock)]
    for _ in range(4):
        clock.turn(15 * SECOND)
        sent.append(send_due(clock=clock))

    assert sent == [3, 2, 1, 0, 0]
    assert sorted(mail.recipients) == sorted(
        [*(f"{number}@slow.example" for number in range(5)), "other@fast.example"]
    )


def test_a_connection_carries_a_hundred_letters(clock, mail, monkeypatch):
    opened = []
    monkeypatch.setattr(Mail, "open", lambda _self: opened.append(1))
    monkeypatch.setattr(line, "LETTERS_AT_MOST", 2)
    for number in range(5):
        letter(f"{number}@readers.example", moment=clock.now)

    assert send_due(clock=clock) == 5
    assert len(opened) == 3


BOUNCE = """\
From: MAILER-DAEMON@relay.example
To: portal@law.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; victim@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no

--b
Content-Type: text/rfc822-headers

Subject: Letter
Message-ID: <{number}@law.example>

--b--
"""
COMPLAINT = """\
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1
Version: 1

--b
Content-Type: message/rfc822

Subject: Letter
X-Letter-ID: {number}
Message-ID: <replaced@relay.example>

Words.
--b--
"""


def bounce(number, status="5.1.1", action="failed"):
    return BOUNCE.format(number=number, status=status, action=action).encode()


@pytest.mark.parametrize(
    ("status", "action", "kind", "closed"),
    [
        ("5.1.1", "failed", ReportKind.REFUSED, True),
        ("5.2.1", "failed", ReportKind.REFUSED, True),
        ("5.2.2", "failed", ReportKind.FULL, False),
        ("4.4.7", "failed", ReportKind.FULL, False),
        ("5.7.26", "failed", ReportKind.BLOCKED, False),
        ("5.3.4", "failed", ReportKind.OTHER, False),
        ("4.4.1", "delayed", None, False),
        ("2.0.0", "delivered", None, False),
    ],
)
def test_a_bounce_closes_the_address_only_when_it_does_not_exist(
    noon, status, action, kind, closed
):
    sent = letter("gone@example.com", moment=noon)
    raw = bounce(sent.public_id, status, action)

    assert [reports.note_mail(raw, moment=noon) for _ in range(2)] == [int(kind is not None), 0]
    assert list(Report.objects.values_list("kind", "letter")) == ([(kind, sent.pk)] if kind else [])
    assert is_suppressed("gone@example.com") == closed
    assert not is_suppressed("victim@example.com")  # what a report names is anybody's word


def test_a_complaint_closes_the_address_though_the_relay_replaced_the_message_id(noon):
    sent = letter("angry@example.com", moment=noon)

    reports.note_mail(COMPLAINT.format(number=sent.public_id).encode(), moment=noon)

    assert Suppression.objects.get().reason == "complaint"
    assert is_suppressed("Angry@example.com")


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\x00", b"Subject: hello\n\nwords", bounce(uuid.UUID(int=1)), bounce("none")]
)
def test_mail_that_is_no_report_about_a_letter_of_ours_changes_nothing(noon, raw):
    assert reports.note_mail(raw, moment=noon) == 0
    assert not Report.objects.exists()


def test_one_bad_day_closes_no_address_however_often_it_is_reported(noon):
    sent = letter("busy@example.com", moment=noon)

    for number in range(9):
        assert reports.note(
            ReportKind.FULL, source="webhook:one", event_id=f"{number}", moment=noon + number * SECOND, letter=sent
        )  # fmt: skip

    assert not is_suppressed("busy@example.com")


def test_letters_that_come_back_on_five_days_of_two_weeks_close_the_address(noon):
    for day in (0, 15, 16, 17, 18):
        sent = letter("full@example.com", moment=noon)
        reports.note_mail(bounce(sent.public_id, "5.2.2"), moment=noon + day * DAY)
    assert not is_suppressed("full@example.com")

    reports.note_mail(
        bounce(letter("full@example.com", moment=noon).public_id, "5.2.2"), moment=noon + 19 * DAY
    )

    assert Suppression.objects.get().reason == "unreachable"


def test_the_command_reads_a_maildir_once(noon, tmp_path, capsys):
    folder = mailbox.Maildir(tmp_path / "box", create=True)
    folder.add(bounce(letter("gone@example.com", moment=noon).public_id))
    folder.add(b"Subject: hello\n\nwords")

    call_command("read_reports", str(tmp_path / "box"))
    call_command("read_reports", str(tmp_path / "box"))

    assert capsys.readouterr().out.splitlines() == [
        "2 mails read, 1 reports noted.",
        "0 mails read, 0 reports noted.",
    ]
    with pytest.raises(CommandError, match="no Maildir"):
        call_command("read_reports", str(tmp_path))


@pytest.mark.parametrize(
    ("event_type", "reason", "kind", "closed"),
    [
        ("bounced", "bounced", "refused", True),
        ("bounced", "invalid", "refused", True),
        ("bounced", "other", "full", False),
        ("bounced", "blocked", "blocked", False),
        ("complained", None, "complaint", True),
        ("deferred", None, "full", False),
        ("delivered", None, None, False),
        ("opened", None, None, False),
    ],
)
def test_a_provider_tells_by_webhook(noon, event_type, reason, kind, closed):
    event = SimpleNamespace(
        event_type=event_type, reject_reason=reason, recipient="a@example.com", event_id="1",
        message_id="x", timestamp=noon, description="",
    )  # fmt: skip

    for _ in range(2):
        webhooks.take(None, event, "Provider")

    assert list(Report.objects.values_list("kind", flat=True)) == ([kind] if kind else [])
    assert is_suppressed("a@example.com") == closed


def test_reconcile_compares_with_the_mail_log(clock, mail, tmp_path, capsys):
    first, second = (letter(f"{name}@readers.example", moment=clock.now) for name in "ab")
    send_due(clock=clock)
    log = tmp_path / "mail.log"
    log.write_text(f"cleanup: 4A: message-id=<{first.public_id}@law.example>\nnoise\n")

    with pytest.raises(CommandError, match="They differ"):
        call_command("reconcile", str(log))
    told = capsys.readouterr().out
    assert f"1 marked as sent and not in the log:\n  {second.public_id}\n" in told

    log.write_text(
        f"{first.public_id} a@readers.example x\nmessage-id=<{second.public_id}@law.example>\n"
    )
    call_command("reconcile", str(log))
    assert "2 sent, 2 lines, 2 letters in the log." in capsys.readouterr().out
