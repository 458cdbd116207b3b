"""Every address of the portal. The language is the first part of the path; English has none."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic.base import RedirectView

from accounts.views import staff_sign_in
from core import views

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path(
        "favicon.ico",
        RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.png"),
        name="favicon",
    ),
    path("admin/login/", staff_sign_in),  # stands before Django's own, which it calls
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include("opportunities.urls")),
        path("getting-ready/", include("vendors.urls")),
        path("alerts/", include("alerts.urls")),
        path("", include("core.urls")),
        prefix_default_language=False,
    ),
]

if settings.EMBEDDED:
    # Everybody's mail on one page: only where there is nobody else.
    urlpatterns.append(path("inbox/", include("letters.urls")))
