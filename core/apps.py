from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    # The desk lists the history under this; nothing else of ours is there.
    verbose_name = _("What was done")

    def ready(self) -> None:
        from core import checks  # noqa: F401  (registers the system checks)
        from core.append_only import guard_history

        post_migrate.connect(guard_history, sender=self)
