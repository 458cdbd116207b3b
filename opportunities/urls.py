from django.urls import path

from opportunities import feeds, views

app_name = "opportunities"

urlpatterns = [
    path("", views.home, name="home"),
    path("new-since/", views.new_since, name="new_since"),
    path("new-since/count/", views.new_since_count, name="new_since_count"),
    path("opportunities/", views.opportunity_list, name="list"),
    path("opportunities/changes.atom", feeds.atom, name="atom"),
    path("opportunities/changes.json", feeds.json_feed, name="json_feed"),
    path("opportunities/calendar.ics", feeds.calendar, name="calendar"),
    path("opportunities/opportunities.csv", feeds.csv, name="csv"),
    path("opportunities/opportunities.xlsx", feeds.xlsx, name="xlsx"),
    path("opportunities/<slug:reference>/dates.ics", feeds.event, name="event"),
    path("opensearch.xml", feeds.opensearch, name="opensearch"),
    path("opportunities/<slug:reference>/", views.opportunity_detail, name="detail"),
    path(
        "opportunities/<slug:reference>/documents/<uuid:key>/<str:name>",
        views.document,
        name="document",
    ),
    path("doing-business/", views.doing_business, name="doing_business"),
    path("mwbe-small-purchases/", views.method, name="method"),
]
