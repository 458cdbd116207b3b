"""Every address of the portal. The language is the first part of the path; English has none."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.generic.base import RedirectView

import vendors.urls
from accounts import nyc_id
from accounts.views import change_address
from core import views
from opportunities import feeds
from procurement_portal import api
from vendors.requirements import REQUIREMENTS

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler429 = "core.views.slow_down"  # asked for by allauth
handler500 = "core.views.server_error"

# Pages that the map for search engines names beside every purchase.
PAGES = [
    ("opportunities:home", {}),
    ("opportunities:list", {}),
    ("vendors:guide", {}),
    *[("vendors:requirement", {"key": requirement.key}) for requirement in REQUIREMENTS],
    ("opportunities:doing_business", {}),
    ("opportunities:method", {}),
    ("open_data", {}),
    ("core:about", {}),
    ("core:accessibility", {}),
]

urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("sitemap-<slug:part>.xml", feeds.sitemap_part, {"pages": PAGES}, name="sitemap_part"),
    path(
        "favicon.ico",
        RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.png"),
        name="favicon",
    ),
    path("admin/", admin.site.urls),
    path("api/", RedirectView.as_view(pattern_name="open_data"), name="api"),
    path("api/v1/", include((api.urlpatterns, "api"))),
    *i18n_patterns(
        path("open-data/", api.reference, name="open_data"),
        path("", include("opportunities.urls")),
        path("getting-ready/", include("vendors.urls")),
        path("my/business/", include(vendors.urls.business)),
        path("", include(vendors.urls.readiness)),
        path("alerts/", include("alerts.urls")),
        path("account/", include("accounts.urls")),
        # Stands before allauth's, which asks the new address alone for a proof.
        path("account/email/", change_address, name="account_email"),
        path("account/", include("allauth.account.urls")),
        path("account/2fa/", include("allauth.mfa.urls")),
        path("account/sessions/", include("allauth.usersessions.urls")),
        *([path("account/nyc-id/", include("accounts.nyc_id.urls"))] if nyc_id.is_open() else []),
        path("", include("core.urls")),
        prefix_default_language=False,
    ),
]

if settings.ANYMAIL_WEBHOOK_SECRET:
    urlpatterns.append(path("webhooks/", include("anymail.urls")))

if settings.EMBEDDED:
    # Everybody's mail on one page: only where there is nobody else.
    urlpatterns.append(path("inbox/", include("letters.urls")))
