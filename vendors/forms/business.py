"""A business, as it describes itself."""

import re
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import without_tag
from core.text import lines, one_line
from letters.addresses import mailable
from vendors.choices import BusinessKind, Role
from vendors.models import Vendor

NIGP = re.compile(r"\d{3}(-?\d{2})?", re.ASCII)
MOST_NIGP = 30


class NigpField(forms.CharField):
    """Bare NIGP numbers. Their titles are copyrighted and not here."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        typed: str = super().clean(value)
        numbers = [*dict.fromkeys(part for part in re.split(r"[\s,;]+", typed) if part)]
        wrong = [number for number in numbers if not NIGP.fullmatch(number)]
        if wrong:
            raise forms.ValidationError(
                _(
                    "“%(number)s” is no NIGP number: they have three or five digits, such as 204 or 204-54."
                ),
                params={"number": wrong[0][:20]},
            )
        if len(numbers) > MOST_NIGP:
            raise forms.ValidationError(_("At most %(most)d numbers."), params={"most": MOST_NIGP})
        return numbers


class BusinessForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in its stubs alone
    """``version`` is the one that the page was made from."""

    kind = forms.ChoiceField(
        label=_("Kind of business"),
        choices=BusinessKind.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("A nonprofit cannot be certified as M/WBE, so other purchases are for it."),
    )
    nigp = NigpField(
        label=_("NIGP numbers"),
        required=False,
        max_length=400,
        help_text=_("If you know yours: bare numbers, separated by commas."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    helper = without_tag()

    class Meta:
        model = Vendor
        fields: ClassVar[list[str]] = [
            "name",
            "dba",
            "kind",
            "description",
            "website",
            "zip_code",
            "nigp",
            "contact_name",
            "contact_email",
            "contact_phone",
        ]
        # "firm.example" is meant with https; without a word Django warns, and a warning ends `check`.
        field_classes: ClassVar[dict[str, Any]] = {
            "website": partial(forms.URLField, assume_scheme="https")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["description"].widget.attrs["rows"] = 4
        self.fields["version"].initial = self.instance.version

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Give the name of the business."))
        return name

    def clean_description(self) -> str:
        return lines(self.cleaned_data["description"])

    def facts(self) -> dict[str, Any]:
        """Return what an action takes: the fields of ``Vendor``."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class DisclosureForm(forms.Form):
    total = forms.DecimalField(
        label=_("City awards of the past twelve months, in US dollars"),
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=_(
            "All awards from City agencies together, with the one you hope for. We keep only whether it reaches the amount. Leave it empty if you do not know."
        ),
    )
    helper = without_tag()


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address"),
        max_length=254,
        help_text=_("We send one letter with a link that works for seven days."),
    )
    role = forms.ChoiceField(
        label=_("As"), choices=Role.choices, initial=Role.MEMBER, widget=forms.RadioSelect
    )
    helper = without_tag()

    def clean_email(self) -> str:
        return mailable(self.cleaned_data["email"])
