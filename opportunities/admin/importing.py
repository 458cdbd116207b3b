"""Imports at the desk: upload a file or paste a list, see what would become of each row, decide."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core import sheets
from core.desk import Desk, staff
from core.doorbell import ring
from core.work import WorkFilter
from opportunities import importing
from opportunities.choices import ImportState, Industry, Verdict
from opportunities.importing.working import work
from opportunities.models import ImportRun
from opportunities.tasks import carry_on_imports

ROWS_A_PAGE = 100
SMALL = 300 * 1024  # bytes; what is no larger is read while the person waits, a second or so
AT_ONCE = timedelta(seconds=3)
READ_ALL = "opportunities.view_importrun"
LONGEST_LIST = 200_000  # characters; proxies let no larger form through


class TitlesForm(forms.Form):
    titles = forms.CharField(
        label=gettext_lazy("titles, one a line"),
        max_length=LONGEST_LIST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "vLargeTextField"}),
        help_text=gettext_lazy(
            "Copy the list from the page and paste it here. Titles that are here already are left as they are."
        ),
    )
    industry = forms.ChoiceField(
        label=gettext_lazy("industry"),
        choices=[choice for choice in Industry.choices if choice[0] != Industry.HUMAN_SERVICES],
        help_text=gettext_lazy("For titles of which we have no reading of our own."),
    )


class FileForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("what it holds"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("file"),
        allow_empty_file=True,  # our own refusal says what to do
        help_text=gettext_lazy("CSV or Excel (.xlsx), 32 MB and 100,000 rows at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.js"}),
    )
    dated_on = forms.DateField(
        label=gettext_lazy("date of the file"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("The day on which the City made it, if it says so. Blank: today."),
    )

    def __init__(self, *args: Any, kinds: list[importing.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(kind.name, kind.title) for kind in kinds]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > sheets.LARGEST_FILE:
            raise forms.ValidationError(sheets.size_refusal(file.size))
        return file

    def clean_dated_on(self) -> Any:
        day = self.cleaned_data["dated_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("That day is in the future. Look at the file again."))
        return day


@admin.register(ImportRun)
class ImportRunAdmin(Desk):
    list_display = ("name", "what", "state", "in_words", "by", "at")
    list_filter = (WorkFilter, "state")
    search_fields = ("name",)
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("what it holds"))
    def what(self, run: ImportRun) -> str:
        kind = importing.KINDS.get(run.kind)
        return str(kind.title) if kind else run.kind

    @admin.display(description=gettext_lazy("rows"))
    def in_words(self, run: ImportRun) -> str:
        return ", ".join(f"{count} {label}" for _name, label, count in counts_of(run))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """Keep what this person may import, and so may see; whoever reads all sees all."""
        rows: QuerySet[ImportRun] = super().get_queryset(request).select_related("by")
        if request.user.has_perm(READ_ALL):
            return rows
        return rows.filter(kind__in=[kind.name for kind in self._kinds(request)])

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/progress/",
                view(require_safe(self.progress)),
                name="opportunities_importrun_progress",
            ),
            *super().get_urls(),
        ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return request.user.has_perm(READ_ALL) or bool(self._kinds(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(self._kinds(request))

    def has_change_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Ask for a list or a file; take it in, and show what became of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return require_http_methods(["GET", "HEAD", "POST"])(self._add)(request)

    def _add(self, request: HttpRequest) -> HttpResponse:
        kinds = self._kinds(request)
        may_paste = any(kind.is_pasted for kind in kinds)
        of_files = [kind for kind in kinds if not kind.is_pasted]
        data, sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        is_list = bool(data) and "_paste" in (data or {})
        titles = TitlesForm(data if is_list else None)
        file = FileForm(
            None if is_list else data,
            None if is_list else sent,
            kinds=of_files,
            initial={"kind": of_files[0].name} if of_files else {},
        )
        if is_list and may_paste and titles.is_valid():
            return self._received(request, *_pasted(titles))
        if not is_list and file.is_valid():
            return self._received(request, *_uploaded(file))
        context = {
            "title": _("Import"),
            "titles": titles if may_paste else None,
            "file": file,
            "kinds": of_files,
        }
        return self._page(request, "add", context)

    def _received(
        self, request: HttpRequest, content: Any, name: str, kind: str, more: dict[str, Any]
    ) -> HttpResponse:
        moment, by = timezone.now(), staff(request)
        run = importing.receive(content, name, importing.KINDS[kind], by=by, moment=moment, **more)
        _carry_on(run)
        return redirect(_address(run))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show how far a file has come and what becomes of its rows; begin or drop it when a button is pressed."""
        run = self._found(request, object_id)
        if request.method == "POST":
            if not self._may(request, run):
                raise PermissionDenied
            return self._decided(request, run)
        return self._page(request, "run", {"title": run.name, **self._about(request, run)})

    def _decided(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        if "_drop" in request.POST and importing.drop(run, moment=timezone.now()):
            messages.info(request, _("Dropped. Nothing was imported."))
        elif "_start" in request.POST and importing.start(
            run, by=staff(request), moment=timezone.now()
        ):
            self.log_import(request, run, _("Import begun"))
            _carry_on(run)
        else:
            messages.info(request, _("It was decided already. Nothing changed."))
        return redirect(_address(run))

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer with the live part of the page alone, for as long as a worker has the file in hand."""
        run = self._found(request, str(pk))
        return TemplateResponse(
            request, "admin/opportunities/importrun/_live.html", self._about(request, run)
        )

    def _found(self, request: HttpRequest, object_id: str) -> ImportRun:
        try:
            return get_object_or_404(self.get_queryset(request), pk=object_id)
        except ValueError:
            raise Http404 from None

    def _about(self, request: HttpRequest, run: ImportRun) -> dict[str, Any]:
        verdict = request.GET.get("verdict", "")
        rows = run.rows.select_related("opportunity").order_by("number")
        if verdict in Verdict.values:
            rows = rows.filter(verdict=verdict)
        page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
        return {
            "run": run,
            "kind": importing.KINDS[run.kind],
            "counts": counts_of(run),
            "verdict": verdict,
            "page": page,
            "is_waiting": run.state == ImportState.CHECKED and self._may(request, run),
        }

    def _may(self, request: HttpRequest, run: ImportRun) -> bool:
        return bool(request.user.has_perm(importing.KINDS[run.kind].permission))

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "media": self.media}
        return TemplateResponse(
            request, f"admin/opportunities/importrun/{name}.html", {**frame, **context}
        )

    def _kinds(self, request: HttpRequest) -> list[importing.Kind]:
        return [kind for kind in importing.KINDS.values() if request.user.has_perm(kind.permission)]


def counts_of(run: ImportRun) -> list[tuple[str, Any, int]]:
    """Return each verdict that some rows have, its words, and how many."""
    return [(v.value, v.label, run.count(v)) for v in Verdict if run.count(v)]


def _pasted(form: TitlesForm) -> tuple[Any, str, str, dict[str, Any]]:
    content = BytesIO(form.cleaned_data["titles"].encode())
    name = _("Pasted on %s") % timezone.localdate().isoformat()
    options = {"industry": form.cleaned_data["industry"]}
    return content, name, "titles", {"options": options}


def _uploaded(form: FileForm) -> tuple[Any, str, str, dict[str, Any]]:
    file, given = form.cleaned_data["file"], form.cleaned_data
    return file, file.name or "", given["kind"], {"dated_on": given["dated_on"]}


def _carry_on(run: ImportRun) -> None:
    """Do at once what takes a moment; a worker does the rest."""
    if run.size <= SMALL and not run.is_over:
        work(bite=AT_ONCE)
    ring(carry_on_imports)


def _address(run: ImportRun) -> str:
    return reverse("admin:opportunities_importrun_change", args=[run.pk])
