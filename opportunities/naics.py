"""The names of the NAICS 2022 sectors, by the first two digits of a code.

From the North American Industry Classification System, 2022, U.S. Census Bureau: a work of the United States
government, in the public domain. Three sectors have more than one number.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_MANUFACTURING = gettext_lazy("Manufacturing")
_RETAIL = gettext_lazy("Retail Trade")
_TRANSPORTATION = gettext_lazy("Transportation and Warehousing")

SECTORS = {
    "11": gettext_lazy("Agriculture, Forestry, Fishing and Hunting"),
    "21": gettext_lazy("Mining, Quarrying, and Oil and Gas Extraction"),
    "22": gettext_lazy("Utilities"),
    "23": gettext_lazy("Construction"),
    "31": _MANUFACTURING,
    "32": _MANUFACTURING,
    "33": _MANUFACTURING,
    "42": gettext_lazy("Wholesale Trade"),
    "44": _RETAIL,
    "45": _RETAIL,
    "48": _TRANSPORTATION,
    "49": _TRANSPORTATION,
    "51": gettext_lazy("Information"),
    "52": gettext_lazy("Finance and Insurance"),
    "53": gettext_lazy("Real Estate and Rental and Leasing"),
    "54": gettext_lazy("Professional, Scientific, and Technical Services"),
    "55": gettext_lazy("Management of Companies and Enterprises"),
    "56": gettext_lazy("Administrative and Support and Waste Management and Remediation Services"),
    "61": gettext_lazy("Educational Services"),
    "62": gettext_lazy("Health Care and Social Assistance"),
    "71": gettext_lazy("Arts, Entertainment, and Recreation"),
    "72": gettext_lazy("Accommodation and Food Services"),
    "81": gettext_lazy("Other Services (except Public Administration)"),
    "92": gettext_lazy("Public Administration"),
}


def in_words(code: str) -> str:
    """Say the beginning of a NAICS code: a sector with its name first, anything longer by its number."""
    if code not in SECTORS:
        return _("NAICS %s") % code
    return _("%(name)s (NAICS %(code)s)") % {"name": SECTORS[code], "code": code}
