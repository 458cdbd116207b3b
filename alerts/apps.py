from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import (  # noqa: F401
            examples,  # its letters in the gallery
            health,  # its question to /readyz
        )
