"""What may be typed into the fields of a business."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

validate_zip = RegexValidator(
    r"\A\d{5}(-\d{4})?\Z", _("Give the ZIP code as five digits, such as 10007.")
)


def validate_website(value: str) -> None:
    """Refuse an address that is no plain web address. Raises ``ValidationError``."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc:
        raise ValidationError(_("Give an address that begins with https:// and names no user."))
