from django.urls import path

from opportunities import views

app_name = "opportunities"

urlpatterns = [
    path("", views.home, name="home"),
    path("opportunities/", views.opportunity_list, name="list"),
    path("opportunities/<slug:reference>/", views.opportunity_detail, name="detail"),
    path(
        "opportunities/<slug:reference>/documents/<uuid:key>/<str:name>",
        views.document,
        name="document",
    ),
    path("doing-business/", views.doing_business, name="doing_business"),
    path("mwbe-small-purchases/", views.method, name="method"),
]
