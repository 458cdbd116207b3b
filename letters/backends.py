"""Where letters go when there is no mail server: a folder in the Maildir format."""

import mailbox
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def mail_folder() -> mailbox.Maildir:
    """Return the folder, made if it is not there. Not by ``Maildir``: a page and a sender that come first at one
    moment would meet it half made."""
    settings.MAIL_FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in ("tmp", "new", "cur"):
        (settings.MAIL_FOLDER / part).mkdir(mode=0o700, exist_ok=True)
    return mailbox.Maildir(settings.MAIL_FOLDER, create=False)


class MailFolder(BaseEmailBackend):
    """Delivers into ``settings.MAIL_FOLDER``. A Maildir file appears whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = mail_folder()
        for message in email_messages:
            folder.add(message.message().as_bytes())
        return len(email_messages)
