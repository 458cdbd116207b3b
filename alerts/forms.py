from datetime import date
from typing import Any, Self

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from alerts.choices import USUAL_HOUR, USUAL_KINDS, Frequency, Kind, Rhythm, Weekday
from alerts.models import Subscriber
from alerts.promises import LONGEST_PAUSE
from core.forms import without_tag
from core.text import one_line
from letters.addresses import mailable
from opportunities.choices import Industry, Method
from opportunities.models import Opportunity
from opportunities.search import Search
from opportunities.search.terms import read_typed

# As a clock in New York shows them.
HOURS = [(hour, f"{hour % 12 or 12}:00 {'a.m.' if hour < 12 else 'p.m.'}") for hour in range(24)]


class AddressField(forms.EmailField):
    """An address that the mailer may be aimed at, cleaned into the form in which it is written."""

    widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})

    def __init__(self, *, help_text: Any = "") -> None:
        super().__init__(label=_("Email address"), max_length=254, help_text=help_text)

    def clean(self, value: Any) -> str:
        return mailable(super().clean(value))


class RhythmForm(forms.Form):
    """How often letters come, when, and in which language. What cannot be read counts as the usual."""

    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=Frequency.choices,
        initial=Frequency.SAME_DAY,
        widget=forms.RadioSelect,
        help_text=_(
            "Vendors often have 7 to 14 days to respond, so the same day is best. What closes within 2 days "
            "never waits."
        ),
    )
    weekday = forms.TypedChoiceField(
        label=_("Day of weekly letters"),
        choices=Weekday.choices,
        coerce=int,
        initial=Weekday.MONDAY,
    )
    hour = forms.TypedChoiceField(
        label=_("Hour of daily and weekly letters, New York time"),
        choices=HOURS,
        coerce=int,
        initial=USUAL_HOUR,
    )
    language = forms.ChoiceField(label=_("Language of the letters"), choices=[], initial="en")
    helper = without_tag()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: Any = self.fields["language"]
        language.choices = [
            (code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES
        ]
        if len(settings.LANGUAGES) == 1:  # nothing to choose
            self.fields["language"] = _Fixed(settings.LANGUAGES[0][0])

    @classmethod
    def of(cls, subscriber: Subscriber) -> Self:
        """Return the form as it stands for ``subscriber``."""
        return cls(initial=subscriber.rhythm | {"language": subscriber.language})

    @property
    def chosen_language(self) -> str:
        return str(self._given("language"))

    @property
    def rhythm(self) -> Rhythm:
        return {
            "frequency": Frequency(self._given("frequency")),
            "weekday": int(self._given("weekday")),
            "hour": int(self._given("hour")),
        }

    def _given(self, name: str) -> Any:
        """Return what was entered; where that is missing or refused, what the form began with."""
        if self.is_bound:
            self.errors  # noqa: B018  (reading it is how Django cleans)
            given = self.cleaned_data.get(name)
            if given not in {None, ""}:
                return given
        return self.get_initial_for_field(self.fields[name], name)


class _Fixed(forms.CharField):
    """A field with one answer that nobody needs to be asked for."""

    def __init__(self, value: str) -> None:
        super().__init__(required=False, initial=value, widget=forms.HiddenInput)
        self.value = value

    def clean(self, value: Any) -> str:
        return self.value


class KindsForm(forms.Form):
    kinds = forms.MultipleChoiceField(
        label=_("Tell me when"),
        choices=Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=sorted(USUAL_KINDS),
        error_messages={"required": _("Tick at least one, or stop the alert.")},
    )
    helper = without_tag()

    @property
    def chosen(self) -> frozenset[Kind]:
        """Return what is ticked; where that cannot be read, the usual."""
        given = getattr(self, "cleaned_data", {}).get("kinds") if self.is_bound else None
        return frozenset(map(Kind, given)) if given else USUAL_KINDS


class PauseForm(forms.Form):
    until = forms.DateField(
        label=_("Write nothing before"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Such as 2027-01-15."),
        error_messages={"invalid": _("Enter a day of the calendar, such as 2027-01-15.")},
    )
    helper = without_tag()

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        today = localdate()
        if day <= today:
            raise forms.ValidationError(_("Choose a day after today, or stop the alerts instead."))
        if day - today > LONGEST_PAUSE:
            raise forms.ValidationError(
                _("A pause lasts %(days)s days at most. Choose an earlier day, or stop the alerts.")
                % {"days": LONGEST_PAUSE.days}
            )
        return day


class WhyForm(forms.Form):
    """Which purchase somebody means: by the address of its page, its reference, its EPIN or its whole title."""

    purchase_named = forms.CharField(
        label=_("Address or title of the purchase’s page"), max_length=500
    )
    helper = without_tag()
    purchase: Opportunity

    def clean_purchase_named(self) -> str:
        named: str = one_line(self.cleaned_data["purchase_named"])
        reference = named.partition("?")[0].rstrip("/").rpartition("/")[2]
        public = Opportunity.objects.public().order_by("-changed_sequence")
        found = public.filter(
            Q(reference=reference.lower())
            | Q(title__iexact=named)
            | Q(solicitation_epin=named.upper())
        ).first()
        if found is None:
            raise forms.ValidationError(
                _("We know no public purchase of that name. Copy the address from its page.")
            )
        self.purchase = found
        return named


class AskForm(RhythmForm, KindsForm):
    """An address and a search are enough; the rest is as usual unless somebody says otherwise."""

    email = AddressField(help_text=_("We use it only for the letters that you ask for here."))
    q = forms.CharField(
        label=_("Words to look for"),
        required=False,
        max_length=200,
        help_text=_("Such as: janitorial. Leave it empty to hear of everything."),
    )
    industry = forms.MultipleChoiceField(
        label=_("Only these industries"),
        required=False,
        choices=Industry.choices,
        help_text=_("Tick none to hear of all."),
        widget=forms.CheckboxSelectMultiple,
    )
    method = forms.MultipleChoiceField(
        label=_("Only these methods"),
        required=False,
        choices=Method.choices,
        help_text=_("The first is for City-certified M/WBE firms. Tick none to hear of all."),
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = [
        "email",
        "q",
        "industry",
        "method",
        "kinds",
        "frequency",
        "weekday",
        "hour",
        "language",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kinds", "frequency", "weekday", "hour", "language"):
            self.fields[name].required = False
        self.fields["kinds"].help_text = _("Tick none for the usual: all but reminders.")

    @classmethod
    def about(cls, search: Search, language: str) -> Self:
        """Return the form with the wishes of ``search`` filled in."""
        wishes = {"q": search.text, "industry": search.industries, "method": search.methods}
        return cls(initial=wishes | {"language": language})

    def clean_q(self) -> str:
        """Refuse text without words: it would find everything, which is not what it says."""
        text: str = self.cleaned_data["q"]
        if text and not read_typed(text):
            raise forms.ValidationError(
                _(
                    "Use at least one word with letters or digits, "
                    "or leave it empty to hear of everything."
                )
            )
        return text


class FreshLinkForm(forms.Form):
    email = AddressField()
    helper = without_tag()
