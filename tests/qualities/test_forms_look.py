"""Forms drawn by templates/uswds: each control is named, described, and told what is wrong with it."""

from html.parser import HTMLParser

import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.template import Engine

from tests.environment import ROOT

Element = tuple[str, dict[str, str | None]]


class Elements(HTMLParser):
    """Keeps every start tag with its attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def with_id(self, wanted: str) -> dict[str, str | None]:
        (attributes,) = [
            attributes for _tag, attributes in self.found if attributes.get("id") == wanted
        ]
        return attributes

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


class AlertForm(forms.Form):
    """One of each control that the portal uses."""

    email = forms.EmailField(
        label="Email address", help_text="We write only about what you ask for."
    )
    business = forms.CharField(label="Business name", required=False)
    rhythm = forms.ChoiceField(
        label="How often",
        choices=[("day", "Every day"), ("week", "Every week")],
        widget=forms.RadioSelect,
        help_text="You can change this later.",
    )
    industries = forms.MultipleChoiceField(
        choices=[("goods", "Goods")], widget=forms.CheckboxSelectMultiple
    )
    method = forms.ChoiceField(
        choices=[("", "Any"), ("rfp", "Request for proposals")], required=False
    )
    note = forms.CharField(widget=forms.Textarea, required=False)
    document = forms.FileField(required=False, help_text="PDF, at most 10 MB.")
    agreed = forms.BooleanField(label="I have read how alerts work", help_text="One short page.")
    source = forms.CharField(widget=forms.HiddenInput, initial="listing")

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.layout = Layout(
            "email", Fieldset("Your business", "business", "industries"), "rhythm"
        )
        helper.render_unmentioned_fields = True
        helper.add_input(Submit("save", "Get alerts"))
        return helper


@pytest.fixture
def empty() -> Elements:
    return Elements(render_crispy_form(AlertForm()))


@pytest.fixture
def refused() -> Elements:
    return Elements(render_crispy_form(AlertForm({"email": "nobody", "source": "listing"})))


def test_every_control_has_a_label_of_its_own(empty: Elements) -> None:
    labelled = [label["for"] for label in empty.all("label")]
    controls = [
        attributes["id"]
        for tag in ("input", "select", "textarea")
        for attributes in empty.all(tag)
        if attributes.get("type") != "hidden"
    ]

    assert sorted(filter(None, labelled)) == sorted(filter(None, controls))
    assert len(set(controls)) == len(controls) == 9


@pytest.mark.parametrize("filled", ["empty", "refused"])
def test_every_description_that_is_named_exists_once(
    filled: str, request: pytest.FixtureRequest
) -> None:
    form: Elements = request.getfixturevalue(filled)
    ids = [attributes["id"] for _tag, attributes in form.found if attributes.get("id")]
    named = [
        name
        for _tag, attributes in form.found
        for key in ("aria-describedby", "aria-labelledby")
        for name in (attributes.get(key) or "").split()
    ]

    assert named
    assert [name for name in named if ids.count(name) != 1] == []


def test_hint_describes_its_control_before_anything_went_wrong(empty: Elements) -> None:
    assert empty.with_id("id_email")["aria-describedby"] == "id_email_helptext"
    assert empty.with_id("id_document")["aria-describedby"] == "id_document_helptext"
    assert empty.with_id("id_agreed")["aria-describedby"] == "id_agreed_helptext"
    assert "aria-invalid" not in empty.with_id("id_email")


def test_control_with_an_error_says_so_and_points_at_the_words(refused: Elements) -> None:
    email = refused.with_id("id_email")

    assert email["aria-invalid"] == "true"
    assert email["aria-describedby"] == "id_email_helptext id_email_error"
    assert email["value"] == "nobody"
    assert "usa-input--error" in (email["class"] or "")
    assert refused.with_id("id_email_error")["class"] == "usa-error-message"


def test_radios_share_a_fieldset_that_carries_hint_and_error(refused: Elements) -> None:
    described = [fieldset.get("aria-describedby") for fieldset in refused.all("fieldset")]

    assert described == [None, "id_industries_error", "id_rhythm_helptext id_rhythm_error"]


def test_summary_leads_to_the_first_control_of_every_wrong_answer(refused: Elements) -> None:
    links = [link["href"] for link in refused.all("a")]

    assert links == ["#id_email", "#id_rhythm_0", "#id_industries_0", "#id_agreed"]
    for link in links:
        assert refused.with_id((link or "").removeprefix("#"))


def test_summary_is_absent_while_nothing_is_wrong(empty: Elements) -> None:
    assert [
        attributes for attributes in empty.all("div") if attributes.get("role") == "alert"
    ] == []


def test_only_questions_that_may_stay_empty_are_marked() -> None:
    html = render_crispy_form(AlertForm())

    # Business, method, note and document.
    assert html.count("(optional)") == 4


def test_search_form_does_not_call_every_field_optional() -> None:
    form = AlertForm()
    helper = form.helper
    helper.mark_optional = False

    assert "(optional)" not in render_crispy_form(form, helper)


def test_form_has_no_style_of_its_own_and_no_class_names_of_other_systems(
    refused: Elements,
) -> None:
    classes = {
        name
        for _tag, attributes in refused.found
        for name in (attributes.get("class") or "").split()
    }

    assert [attributes for _tag, attributes in refused.found if "style" in attributes] == []
    assert {name for name in classes if not name.startswith("usa-")} == {
        "error-summary",
        "action-bar",
    }


def test_chosen_answers_stay_chosen_when_the_form_comes_back() -> None:
    form = Elements(render_crispy_form(AlertForm({"rhythm": "week", "industries": ["goods"]})))

    chosen = [control["id"] for control in form.all("input") if "checked" in control]
    assert chosen == ["id_industries_0", "id_rhythm_1"]


class WithAttributes(forms.Select):
    """Gives an option attributes of its own, as widgets of Django's admin may."""

    def create_option(self, *args, **kwargs):
        option = super().create_option(*args, **kwargs)
        option["attrs"] |= {
            "data-note": 'with "quotes"',
            "disabled": option["label"] == "B",
            "hidden": False,
        }
        return option


@pytest.mark.parametrize("value", [None, "", "7", "b"])
def test_a_list_to_choose_from_is_what_django_draws(value):
    """templates/django/forms/widgets/select.html writes out what Django's includes for each option."""
    choices = [("", "none"), (7, "Seven & <more>"), ("Group", [("a", "A"), ("b", "B")])]
    widget = WithAttributes(
        choices=choices, attrs={"id": "id_a", "required": True, "hidden": False}
    )

    ours, djangos = (
        widget.render("a", value, renderer=renderer)
        for renderer in (TemplatesSetting(), DjangoTemplates())
    )

    template = Engine.get_default().get_template("django/forms/widgets/select.html")
    assert template.origin.name.startswith(str(ROOT / "templates"))
    assert ours.split() == djangos.split()
