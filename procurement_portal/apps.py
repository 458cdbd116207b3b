from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class ProcurementPortalConfig(AppConfig):
    name = "procurement_portal"
    default = True

    def ready(self) -> None:
        from accounts.roles import after_migrate
        from procurement_portal import roles  # noqa: F401  (declares them)

        post_migrate.connect(after_migrate, sender=apps.get_app_config("accounts"))


class DeskConfig(admin_apps.AdminConfig):
    """Django admin, entered by the door that everybody uses."""

    default = False
    default_site = "accounts.desk.DeskSite"
