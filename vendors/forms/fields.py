"""Boxes that several forms have."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import lines, one_line
from opportunities.validators import validate_real_date


class DayField(forms.DateField):
    """A New York day, years that stand for “no date” refused."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": _("Give the day as 2026-11-30: year, month, day.")}

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        super().__init__(
            label=label, help_text=help_text, required=False, validators=[validate_real_date]
        )


class LinesField(forms.CharField):
    """Several short texts, one a line; none twice."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, label: Any, most: int = 50, longest: int = 120) -> None:
        self.most, self.longest = most, longest
        super().__init__(label=label, required=False, max_length=most * (longest + 2))

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        typed: str = super().clean(value)
        found = [*dict.fromkeys(one_line(line) for line in lines(typed).splitlines() if line)]
        if len(found) > self.most or any(len(line) > self.longest for line in found):
            raise forms.ValidationError(
                _("At most %(lines)d lines of %(letters)d letters each."),
                params={"lines": self.most, "letters": self.longest},
            )
        return found


def not_in_the_future(day: dt.date | None, today: dt.date) -> None:
    """Raise ``ValidationError`` for a day that is still to come."""
    if day is not None and day > today:
        raise forms.ValidationError(
            _("That day is still to come. Give the day on which it happened.")
        )
