from django.apps import AppConfig

from opportunities import slots


class VendorsConfig(AppConfig):
    name = "vendors"
    verbose_name = "Vendors"

    def ready(self) -> None:
        from opportunities import importing
        from vendors import (
            belongings,
            composing,  # noqa: F401  (an example of its letter)
            invitations,  # noqa: F401  (an example of its letter)
            work,  # noqa: F401  (what waits at the desk)
        )
        from vendors.importing import RegisterKind

        belongings.register_part()
        slots.fill(slots.DETAIL, "vendors/slots/detail.html")
        slots.fill(slots.ROW, "vendors/slots/row.html")
        slots.fill(slots.LIST, "vendors/slots/list.html")
        slots.fill(slots.DESK, "admin/vendors/_who_could_link.html")
        importing.register(RegisterKind())
