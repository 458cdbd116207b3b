"""Where several requirements come from, and who helps with them."""

from django.utils.translation import gettext_lazy as _

LAW_PAGE = _("Law Department, Procurement Information page")
PASSPORT_HELP = _(
    "MOCS teaches PASSPort on its learning pages. Its Service Desk answers when PASSPort itself does not work."
)
PASSPORT_HELP_LINKS = ("passport-learn", "mocs-service-desk")
PIP_PAGES = _("MOCS: page about PIP; Comptroller’s page for vendors")
