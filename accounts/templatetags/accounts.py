"""How the forms of accounts are worded and drawn: one table for all of them."""

from typing import Any

from django import forms, template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts import nyc_id

register = template.Library()

ADDRESS = _("Email address")
LABELS = {
    "login": ADDRESS,
    "email": ADDRESS,
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
    "code": _("Code"),
    "name": _("Name of this passkey"),
    "passwordless": _("Sign in with this passkey alone"),
}
HINTS = {
    "password1": _(
        "15 characters or more. Four words that do not belong together are easy to remember."
    ),
    "name": _("So that you can tell it from others, such as: my phone."),
    "passwordless": _(
        "Then you need no mailed code and no password. Your device asks for a PIN, a finger or a face."
    ),
}


@register.filter
def in_our_words(form: forms.Form) -> forms.Form:
    """Return a form of allauth's with our labels and hints, and without the text in boxes that vanishes when one types.

    Our own forms have their words already.
    """
    if not any(each.__module__.startswith("allauth.") for each in type(form).__mro__):
        return form
    for name, field in form.fields.items():
        field.label = LABELS.get(name, field.label)
        field.help_text = HINTS.get(name, "")
        field.widget.attrs.pop("placeholder", None)
    return form


@register.simple_tag
def nyc_id_start() -> str:
    """Return where "Sign in with NYC.ID" leads; blank while that door is shut."""
    return reverse("nyc_id:start") if nyc_id.is_open() else ""


@register.filter
def drawing(svg: Any) -> SafeString:
    """Return the picture of a QR code as part of a page, which is what the content policy lets through."""
    picture = str(svg).partition("?>")[2].strip()
    return mark_safe(picture.replace("<svg ", '<svg class="qr-code" aria-hidden="true" ', 1))  # noqa: S308  (allauth draws it)
