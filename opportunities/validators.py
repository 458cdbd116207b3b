from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FIRST_YEAR = 2000
PLACEHOLDER_YEAR = 2090  # City files write "no date" as 2099 or 9999
LARGEST_VALUE = 1_000_000_000  # US dollars; City data holds typing errors far above it


def validate_real_date(value: date) -> None:
    """Refuse years that stand for “no date” or are typing errors. Raises ``ValidationError``."""
    if value.year >= PLACEHOLDER_YEAR:
        raise ValidationError(
            _("The year %(year)d stands for “no date” in City files. Leave the field blank."),
            params={"year": value.year},
        )
    if value.year < FIRST_YEAR:
        raise ValidationError(
            _("The year %(year)d is surely a typing error."), params={"year": value.year}
        )


def validate_official_address(value: str) -> None:
    """Refuse what may not stand behind a link to an official page. Raises ``ValidationError``."""
    parts = urlsplit(value)
    if parts.scheme != "https" or "@" in parts.netloc:
        raise ValidationError(_("Give an address that begins with https:// and names no user."))
