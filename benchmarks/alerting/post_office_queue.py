"""Send letters from the queue of django-post_office as its documentation sets it up, and print the seconds.

Run by ``peers`` with a Python of its own, which knows nothing of the portal, on an empty database.
"""

import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.management import call_command

LINE = "Nothing stands in this line that anybody need read, and it is long enough.\r\n"


def main(given: dict[str, Any]) -> None:
    settings.configure(
        DATABASES={"default": _database(given["url"])},
        INSTALLED_APPS=["django.contrib.contenttypes", "post_office"],
        POST_OFFICE={"THREADS_PER_PROCESS": given["threads"]},
        EMAIL_HOST=given["host"],
        EMAIL_PORT=given["port"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0)
    _queue(given["to"])
    begun, worked = time.perf_counter(), time.process_time()
    call_command("send_queued_mail", verbosity=0)
    took = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - worked}
    from post_office.models import STATUS, Email

    assert Email.objects.filter(status=STATUS.sent).count() == len(given["to"])
    sys.stdout.write(json.dumps(took))


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"}  # fmt: skip
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": url.removeprefix("sqlite:///"),
            "OPTIONS": options,
        }
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "HOST": parts.hostname, "PORT": parts.port,
        "USER": parts.username, "PASSWORD": parts.password,
    }  # fmt: skip


def _queue(addresses: list[str]) -> None:
    from post_office import mail

    mail.send_many(
        [
            {
                "recipients": [to],
                "sender": "portal@law.example",
                "subject": "x",
                "message": LINE * 60,
            }
            for to in addresses
        ]
    )


if __name__ == "__main__":
    main(json.load(sys.stdin))
