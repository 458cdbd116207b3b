from django.apps import AppConfig

from opportunities import slots


class VendorsConfig(AppConfig):
    name = "vendors"
    verbose_name = "Vendors"

    def ready(self) -> None:
        slots.fill(slots.DETAIL, "vendors/slots/detail.html")
        slots.fill(slots.ROW, "vendors/slots/row.html")
        slots.fill(slots.LIST, "vendors/slots/list.html")
