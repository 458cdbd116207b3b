from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ProcurementPortalConfig(AppConfig):
    name = "procurement_portal"
    default = True


class DeskConfig(admin_apps.AdminConfig):
    """Django admin, entered by the door that everybody uses."""

    default = False
    default_site = "accounts.desk.DeskSite"
