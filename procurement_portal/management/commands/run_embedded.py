import os
import signal
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import demonstration
from procurement_portal.embedded import serve, worker_and_beat


def stop(*_args: Any) -> None:
    raise KeyboardInterrupt


class Command(BaseCommand):
    help = "Run the whole portal in one process, with the listed purchases and a demonstration account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, *args: Any, port: int, host: str, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "This is for the embedded mode. Unset PORTAL_MODE, or see docs/operating.md."
            )
        # What is stored and mailed holds addresses: nobody else on this machine reads it.
        os.umask(0o077)
        call_command("prepare", verbosity=0, stdout=self.stdout)
        call_command("load_upcoming", stdout=self.stdout)
        if password := demonstration.make():
            self.stdout.write("Demonstration staff account, shown this once:")
            self.stdout.write(f"  {demonstration.ADDRESS}\n  {password}")
        try:
            server = serve(host, port)
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}). Try PORT={port + 1} make run."
            ) from None
        if not os.environ.get("SITE_URL"):
            # Where letters lead: to where we really are.
            settings.SITE_URL = f"http://{host}:{port}"
        self.serve_until_stopped(server, f"http://{host}:{port}/")

    def serve_until_stopped(self, server: Any, address: str) -> None:
        # Both said out loud: a shell that starts us in the background tells us to ignore Ctrl-C.
        for sign in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sign, stop)
        with worker_and_beat():
            self.stdout.write(
                f"The portal is at {address}  (desk: {address}admin/, letters: {address}inbox/)"
            )
            self.stdout.write("Ctrl-C stops it.")
            self.stdout.flush()  # into a pipe or a file it would be said when all is over
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Stopping: the letter in hand goes out first.")
            finally:
                server.server_close()
