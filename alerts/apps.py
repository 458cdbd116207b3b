from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerts"

    def ready(self) -> None:
        from alerts import (
            belongings,
            examples,  # noqa: F401  (its letters in the gallery)
            health,  # noqa: F401  (its question to /readyz)
        )
        from alerts.reach import Alerts
        from opportunities import telling

        telling.register(Alerts())  # the desk asks who would be told
        belongings.register_part()
