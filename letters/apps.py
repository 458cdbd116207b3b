from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = "Letters"

    def ready(self) -> None:
        from letters import (  # noqa: F401
            health,  # its questions to /readyz
            work,  # what waits at the desk
        )
