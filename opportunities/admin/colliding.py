"""Two people, or two tabs, at one form: whoever saves second sees both versions, and loses nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _

from opportunities.choices import Stage
from opportunities.words import new_york

# Not a box of the form, but what its boxes mean depends on it.
STAGE = "stage"


@dataclass(frozen=True)
class Collision:
    """One field that somebody else saved meanwhile. ``is_taken``: it was not touched here, so theirs is in the box."""

    label: str
    theirs: str
    yours: str
    is_taken: bool


class NoticesCollisions(forms.ModelForm):  # type: ignore[type-arg]  # generic in its stubs alone
    """Carries what its boxes held when it was opened, and compares with what is stored when it is sent.

    ``seen`` is a short hash for each field, so no column counts versions and no writer has to know of it. The caller
    holds the row's lock from before the form is made until it is saved.
    """

    seen = forms.CharField(required=False, max_length=8000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.collisions: list[Collision] = []
        self._stored = {name: self._value(name) for name in self._compared()}
        self.fields["seen"].initial = self._hashes()

    def _value(self, name: str) -> Any:
        return getattr(self.instance, self.instance._meta.get_field(name).attname)

    def _compared(self) -> list[str]:
        if self.instance.pk is None:
            return []  # nobody else has it
        editable = (field.name for field in self.instance._meta.concrete_fields if field.editable)
        return [STAGE, *(name for name in editable if name in self.fields)]

    def _hashes(self) -> str:
        return json.dumps({name: _hash(value) for name, value in self._stored.items()})

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, absent from its stubs
        seen = self._seen()
        moved = [
            name
            for name, value in self._stored.items()
            if seen.get(name, _hash(value)) != _hash(value)
        ]
        if moved:
            self._show_both(moved, seen)

    def _seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.data.get("seen") or "{}")
        except (ValueError, RecursionError):
            # Python gives up on brackets that are nested thousands deep.
            return {}
        return seen if isinstance(seen, dict) else {}

    def _show_both(self, moved: list[str], seen: dict[str, str]) -> None:
        """Note each field that differs now, and put theirs into the boxes that nobody touched here."""
        sent: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        for name in moved:
            theirs, yours = self._stored[name], self._yours(name)
            if name == STAGE:
                self.collisions.append(self._of_stage())
            elif _hash(theirs) != _hash(yours):
                is_taken = _hash(yours) == seen[name]
                self.collisions.append(self._collision(name, theirs, yours, is_taken=is_taken))
                if is_taken:
                    self._fill(sent, name, theirs)
        if not self.collisions:
            return
        sent["seen"] = self._hashes()
        self.data = sent
        errors: ErrorDict = self.errors
        words = _(
            "Somebody else saved it while you were typing. Nothing of yours is saved yet, and nothing is lost: both versions are below. Look, change what you want, and save again."
        )
        errors.setdefault("__all__", self.error_class(error_class="nonfield")).append(words)

    def _yours(self, name: str) -> Any:
        if name in self.cleaned_data or name == STAGE:
            return self._value(name)
        return str(self.data.get(name, ""))  # what was typed, as it is no good value

    def _of_stage(self) -> Collision:
        label = str(self.instance._meta.get_field(STAGE).verbose_name)
        words = (
            _("%s now. What you save next is public at once.")
            if self._stored[STAGE] == Stage.PUBLISHED
            else "%s"
        )
        return Collision(label, words % self.instance.get_stage_display(), "", is_taken=True)

    def _collision(self, name: str, theirs: Any, yours: Any, *, is_taken: bool) -> Collision:
        label = str(self.instance._meta.get_field(name).verbose_name)
        return Collision(label, self._words(name, theirs), self._words(name, yours), is_taken)

    def _words(self, name: str, value: Any) -> str:
        if value in (None, ""):
            return _("blank")
        if isinstance(value, datetime):
            return new_york(value)
        field = self.instance._meta.get_field(name)
        if field.is_relation:
            value = field.related_model._default_manager.filter(pk=value).first() or value
        return str(dict(getattr(field, "flatchoices", ())).get(value, value))

    def _fill(self, sent: Any, name: str, value: Any) -> None:
        """Put ``value`` into the boxes of this field as a browser would send it."""
        field = self.fields[name]
        if isinstance(field.widget, forms.MultiWidget):
            values: Any = field.widget.decompress(value)
            parts = zip(field.widget.widgets, values, strict=True)
            for number, (widget, part) in enumerate(parts):
                sent[f"{name}_{number}"] = widget.format_value(part) or ""
        elif isinstance(field, forms.BooleanField):
            sent.pop(name, None)
            if value:
                sent[name] = "on"
        else:
            sent[name] = _typed(field, value)


def _typed(field: forms.Field, value: Any) -> str:
    """Return ``value`` as a browser would send it from a single box."""
    prepared = field.prepare_value(value)
    if isinstance(field, forms.ModelChoiceField) or prepared is None:
        return "" if prepared is None else str(prepared)
    return str(
        field.widget.format_value(prepared)
        if not isinstance(field, forms.ChoiceField)
        else prepared
    )


def _hash(value: Any) -> str:
    """Return a short name for a value as its box shows it. Browsers end lines in two characters, rows in one."""
    words = "" if value is None else str(value)
    if isinstance(value, datetime):
        words = str(int(value.timestamp()))  # as the boxes show it: no part of a second
    elif isinstance(value, Decimal):
        words = f"{value.normalize():f}"
    return sha256(words.replace("\r\n", "\n").strip().encode()).hexdigest()[:12]
