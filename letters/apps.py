from django.apps import AppConfig, apps


class LettersConfig(AppConfig):
    name = "letters"
    verbose_name = "Letters"

    def ready(self) -> None:
        from letters import (
            health,  # noqa: F401  (its questions to /readyz)
            work,  # noqa: F401  (what waits at the desk)
        )

        if apps.is_installed("anymail"):
            from anymail.signals import tracking

            from letters import webhooks

            tracking.connect(webhooks.take, dispatch_uid="letters.webhooks")
