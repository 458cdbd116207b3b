"""How forms are drawn."""

from crispy_forms.helper import FormHelper


def without_tag() -> FormHelper:
    """Draw fields and errors; the page writes the form element, its button and its CSRF token."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper
