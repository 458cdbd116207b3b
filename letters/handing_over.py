"""Handing a letter over in as few waits as the mail server allows.

Between two machines the waits cost more than all else. A server that offers PIPELINING (RFC 2920) is told
sender, recipient and that the letter follows in one breath: two waits for a letter instead of four.
"""

import re
import smtplib

Reply = tuple[int, bytes]

# As most addresses are: nothing to be quoted.
PLAIN = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+")
DOT_AT_LINE_START = re.compile(rb"^\.", re.MULTILINE)
OK, WILL_FORWARD, GO_ON, CLOSING = 250, 251, 354, 421
GOOD = {OK, WILL_FORWARD, GO_ON}


def hand_over(smtp: smtplib.SMTP, raw: bytes, *, sender: str, to: str) -> None:
    """Hand over one letter, lines ending in CR LF; return when the server has taken it.

    Raises what ``smtplib.SMTP.sendmail`` raises, and leaves the connection fit for the next letter, or closed.
    """
    smtp.ehlo_or_helo_if_needed()
    if not (PLAIN.fullmatch(sender) and PLAIN.fullmatch(to)):
        smtp.sendmail(sender, [to], raw)
        return
    size = f" SIZE={len(raw)}" if smtp.has_extn("size") else ""
    from_, rcpt, data = _tell(smtp, f"MAIL FROM:<{sender}>{size}", f"RCPT TO:<{to}>", "DATA")
    refused: Exception | None = None
    if from_[0] != OK:
        refused = smtplib.SMTPSenderRefused(*from_, sender)
    elif rcpt[0] not in {OK, WILL_FORWARD}:
        refused = smtplib.SMTPRecipientsRefused({to: rcpt})
    elif data[0] != GO_ON:
        refused = smtplib.SMTPDataError(*data)
    if refused:
        _begin_anew(smtp, data)
        raise refused
    smtp.send(_as_data(raw))
    taken = _reply(smtp)
    if taken[0] != OK:
        _begin_anew(smtp, taken)
        raise smtplib.SMTPDataError(*taken)


def _tell(smtp: smtplib.SMTP, *commands: str) -> list[Reply]:
    """Return the replies to ``commands``, told in one breath where the server offers it. What was not told
    or not answered any more, after a refusal, counts as refused in the same words."""
    told, at_once = [f"{command}\r\n" for command in commands], smtp.has_extn("pipelining")
    if at_once:
        smtp.send("".join(told))
    replies: list[Reply] = []
    for command in told:
        if not at_once:
            smtp.send(command)
        try:
            replies.append(_reply(smtp))
        except smtplib.SMTPServerDisconnected:
            if {code for code, _words in replies} <= GOOD:
                raise
            break  # it refused and hung up at once
        if replies[-1][0] == CLOSING or not (at_once or replies[-1][0] in GOOD):
            break
    return replies + replies[-1:] * (len(told) - len(replies))


def _reply(smtp: smtplib.SMTP) -> Reply:
    """Return the next reply. One that closes the connection closes our end too."""
    code, reply = smtp.getreply()
    if code == CLOSING:
        smtp.close()
    return code, reply


def _begin_anew(smtp: smtplib.SMTP, last: Reply) -> None:
    """Leave the connection fit for the next letter, or closed. A server that waits for a letter to nobody gets an
    empty one (RFC 2920 section 3.1); one that does not follow is left, or it would answer one letter for another."""
    try:
        if last[0] == GO_ON:
            smtp.send(b".\r\n")
            smtp.getreply()
        if smtp.rset()[0] != OK:
            smtp.close()
    except smtplib.SMTPException:
        smtp.close()


def _as_data(raw: bytes) -> bytes:
    """Return ``raw`` as it stands between DATA and the end (RFC 5321 section 4.5.2)."""
    end = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
    return DOT_AT_LINE_START.sub(b"..", raw) + end
