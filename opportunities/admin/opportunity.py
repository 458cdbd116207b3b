"""A purchase at the desk: drafting, publishing, changing, and what else can be done with it."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.desk import Desk, staff
from core.rehearsal import rehearsal
from core.text import lines
from core.work import WorkFilter
from opportunities import actions, slots
from opportunities.admin import changing, checking, pages, reviewing
from opportunities.admin.colliding import NoticesCollisions
from opportunities.admin.findings import linked
from opportunities.admin.log import RevisionInline
from opportunities.admin.steps import PUBLISH as MAY_PUBLISH
from opportunities.admin.steps import offered
from opportunities.choices import Stage
from opportunities.models import Agency, Opportunity
from opportunities.publishing import Finding, amendment_blockers

PUBLISH = "_publish"
EDIT = "_edit"
FOLLOWS_FROM_THE_REST = (
    "value_band",
    "title_key",
    "published_sequence",
    "changed_sequence",
    "changed_at",
)
STATE: Any = (
    gettext_lazy("State"),
    {
        "fields": (
            "reference",
            "stage",
            "outcome",
            "published_at",
            "renewal_of",
            "created_by",
            "created_at",
        )
    },
)
WHAT_TO_TELL: Any = (
    gettext_lazy("What to tell vendors"),
    {"fields": ("note_to_vendors", "is_correction")},
)


class OpportunityForm(NoticesCollisions):
    """Refuses, field by field, changes that would make a published purchase unpublishable."""

    note_to_vendors = forms.CharField(
        label=gettext_lazy("Note to vendors"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=gettext_lazy("Why it changes. Public, beside what changed, and in the letters."),
    )
    is_correction = forms.BooleanField(
        label=gettext_lazy("This corrects a mistake"),
        required=False,
        help_text=gettext_lazy(
            "Tick when what stood there was never right; say in the note what was wrong."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        checking.leave_room(self)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        given["note_to_vendors"] = lines(given.get("note_to_vendors") or "")
        if given.get("is_correction") and not given["note_to_vendors"]:
            self.add_error("note_to_vendors", _("Say what was wrong."))
        if EDIT in self.data:
            self.add_error(None, _("Nothing is published yet. Here is what you typed."))
        return given

    def _post_clean(self) -> None:
        super()._post_clean()
        if checking.CHECK in self.data:
            checking.show_in_form(self, moment=timezone.now())
        if self.errors or self.instance.stage != Stage.PUBLISHED:
            return
        stored = Opportunity.objects.get(pk=self.instance.pk)
        for blocker in [
            *actions.blockers_of(self.instance, moment=timezone.now()),
            *amendment_blockers(stored, self.instance),
        ]:
            self.add_error(blocker.field, blocker.message)


@admin.register(Opportunity)
class OpportunityAdmin(Desk):
    form = OpportunityForm
    change_list_template = "admin/opportunities/opportunity/change_list.html"
    change_form_template = "admin/opportunities/opportunity/change_form.html"
    list_display = (
        "title",
        "stands",
        "industry",
        "expected_period",
        "due_at",
        "last_confirmed_on",
    )
    list_filter = (WorkFilter, "stage", "outcome", "method", "industry")
    show_facets = admin.ShowFacets.ALWAYS
    search_fields = ("title", "reference", "solicitation_epin", "award_epin")
    ordering = ("-created_at", "-pk")
    empty_value_display = gettext_lazy("not given")
    readonly_fields = STATE[1]["fields"]
    inlines = (RevisionInline,)
    save_on_top = True
    not_in_history = FOLLOWS_FROM_THE_REST
    masked_in_history = ()  # the contact's address is for everybody
    fieldsets = (
        (
            gettext_lazy("What is bought"),
            {"fields": ("title", "summary", "agency", "method", "industry", "brand_named")},
        ),
        (
            gettext_lazy("How vendors find it"),
            {"fields": ("keywords", "naics", "main_commodity", "classification_is_inferred")},
        ),
        (
            gettext_lazy("When"),
            {
                "fields": (
                    ("expected_on", "expected_precision", "expected_confidence"),
                    "opens_at",
                    "questions_due_at",
                    "due_at",
                    "contract_term",
                )
            },
        ),
        (gettext_lazy("How much"), {"fields": (("value_min", "value_max"),)}),
        (
            gettext_lazy("What vendors need"),
            {"fields": ("licences_needed", "insurance_needed")},
        ),
        (
            gettext_lazy("In PASSPort"),
            {"fields": ("solicitation_epin", "award_epin", "passport_rfx_id", "passport_url")},
        ),
        (
            gettext_lazy("Whom to ask"),
            {"fields": ("contact_name", "contact_email", "contact_phone")},
        ),
        (
            gettext_lazy("Where this is from"),
            {"fields": ("source", "source_url", "last_confirmed_on", "internal_notes")},
        ),
        WHAT_TO_TELL,
        STATE,
    )

    @admin.display(description=gettext_lazy("where it stands"), ordering="stage")
    def stands(self, opportunity: Opportunity) -> str:
        is_public = opportunity.stage == Stage.PUBLISHED
        phase = opportunity.phase_at(timezone.now()).label
        return str(phase if is_public else opportunity.get_stage_display())

    @admin.display(description=gettext_lazy("expected"), ordering="expected_on")
    def expected_period(self, opportunity: Opportunity) -> str:
        return str(opportunity.expected)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Opportunity | None:
        """Lock the row before a form reads it: whoever presses second sees what the first has done."""
        found: Opportunity | None = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST":
            return found
        Opportunity.objects.select_for_update(of=("self",)).get(pk=found.pk)
        again: Opportunity | None = super().get_object(request, object_id, from_field)
        return again

    def get_fieldsets(self, request: HttpRequest, obj: Opportunity | None = None) -> Any:
        """What is being added has no state and no history yet; only what is public has readers to tell."""
        left_out = [] if obj else [STATE]
        if not (obj and obj.stage == Stage.PUBLISHED and self.has_change_permission(request, obj)):
            left_out.append(WHAT_TO_TELL)
        return [part for part in super().get_fieldsets(request, obj) if part not in left_out]

    def get_inlines(self, request: HttpRequest, obj: Opportunity | None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"agency": Agency.objects.order_by("pk").values_list("pk", flat=True).first()}

    def has_change_permission(self, request: HttpRequest, obj: Opportunity | None = None) -> bool:
        """A change of what is public is public at once, so it takes the same permission as publishing.

        What was withdrawn is over.
        """
        return super().has_change_permission(request, obj) and (
            obj is None
            or obj.stage == Stage.DRAFT
            or (obj.stage == Stage.PUBLISHED and self._may_publish(request))
        )

    def has_delete_permission(self, request: HttpRequest, obj: Opportunity | None = None) -> bool:
        """What was public stays: it is corrected by a change, never erased."""
        return super().has_delete_permission(request, obj) and (
            obj is None or obj.stage == Stage.DRAFT
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        context["may_publish"] = self._may_publish(request) and (
            obj is None or obj.stage == Stage.DRAFT
        )
        if obj:
            moment = timezone.now()
            context["planned"] = reviewing.planned_for(obj)
            context["undo"] = self._may_publish(request) and reviewing.undoable(obj, moment=moment)
            context["is_draft"] = obj.stage == Stage.DRAFT
            context["is_reviewed"] = obj.stage == Stage.PUBLISHED and self.has_change_permission(
                request, obj
            )
            context["steps"] = offered(obj, request.user, moment=timezone.now())
            context["documents"] = pages.documents_of(obj)
            context["may_attach"] = self.has_change_permission(request, obj)
            context["upload"] = pages.UploadForm()
            context["desk_slots"] = slots.templates_of(slots.DESK)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[Any]:
        """The pages of the steps and of the documents stand before Django's own, which match anything."""
        return [*checking.urls(self), *pages.urls(self), *reviewing.urls(self), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save as Django does; to review a change, do all that and take it back, and show what would come of it."""
        before = changing.last_revision(object_id) if changing.REVIEW in request.POST else 0
        if not (object_id and before):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with rehearsal():
            answer: Any = super().changeform_view(request, object_id, form_url, extra_context)
            if answer.status_code == HTTPStatus.FOUND:
                answer = changing.review(self, request, object_id, before)
        return changing.with_reach(answer)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_import = request.user.has_perm("opportunities.add_opportunity")
        return super().changelist_view(request, {**(extra_context or {}), "may_import": may_import})

    def save_model(self, request: HttpRequest, obj: Opportunity, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        if obj.stage == Stage.PUBLISHED:
            save = actions.correct if form.cleaned_data["is_correction"] else actions.amend
            note = form.cleaned_data["note_to_vendors"]
            told = changing.TELL.get(request.POST.get("tell", ""))
            save(obj, by=staff(request), moment=timezone.now(), note=note, material=told)
            return
        if not change:
            obj.created_by = staff(request)
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: Opportunity, post_url_continue: str | None = None
    ) -> HttpResponse:
        if PUBLISH in request.POST:
            return self._to_publish(request, obj)
        self._warn(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Opportunity) -> HttpResponse:
        if changing.REVIEW in request.POST and obj.stage == Stage.PUBLISHED:
            return redirect(".")  # of a rehearsal: nobody is sent there
        if PUBLISH in request.POST:
            return self._to_publish(request, obj)
        self._warn(request, obj)
        return super().response_change(request, obj)

    def view_on_site(self, obj: Opportunity) -> str | None:
        return obj.get_absolute_url() if obj.stage == Stage.PUBLISHED else None

    def _may_publish(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_PUBLISH)

    def _to_publish(self, request: HttpRequest, obj: Opportunity) -> HttpResponse:
        """The draft is saved; what comes of publishing it is looked at on a page of its own."""
        if not self._may_publish(request):
            raise PermissionDenied
        return redirect("admin:opportunities_opportunity_publish", obj.pk)

    def _warn(self, request: HttpRequest, obj: Opportunity) -> None:
        warnings = actions.warnings_of(obj, moment=timezone.now())
        self._say(request, warnings, messages.WARNING)

    def _say(self, request: HttpRequest, findings: list[Finding], level: int) -> None:
        for finding in linked(findings):
            messages.add_message(request, level, finding)
