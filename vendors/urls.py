"""The guide under /getting-ready/, a business's own pages, and readiness for one purchase."""

from django.urls import path

from vendors import views

app_name = "vendors"

urlpatterns = [
    path("", views.guide, name="guide"),
    path("<slug:key>/", views.requirement, name="requirement"),
]

business = (
    [
        path("", views.businesses, name="list"),
        path("new/", views.new, name="new"),
        path("invitation/<str:token>/", views.invitation, name="invitation"),
        path("interest/<slug:reference>/", views.interest, name="interest"),
        path("<uuid:key>/", views.business, name="business"),
        path("<uuid:key>/edit/", views.edit, name="edit"),
        path("<uuid:key>/codes/", views.codes, name="codes"),
        path("<uuid:key>/disclosure/", views.disclosure, name="disclosure"),
        path("<uuid:key>/people/", views.people, name="people"),
        path("<uuid:key>/sharing/", views.sharing, name="sharing"),
        path("<uuid:key>/close/", views.close, name="close"),
        path("<uuid:key>/<slug:requirement>/", views.holding, name="holding"),
    ],
    "business",
)

readiness = (
    [
        path("opportunities/<slug:reference>/readiness/", views.readiness, name="readiness"),
        path("shared/<str:secret>/dates.ics", views.dates, name="dates"),
        path("shared/<str:secret>/", views.advising, name="advising"),
        path("readiness/rows/", views.rows, name="rows"),
        path("readiness/cards/<slug:reference>/", views.card, name="card"),
    ],
    "readiness",
)
