"""Part of the portal's addresses only while the door is open (``procurement_portal.urls``)."""

from django.urls import path

from accounts.nyc_id import views

app_name = "nyc_id"

urlpatterns = [
    path("", views.connection, name="connection"),
    path("start/", views.start, name="start"),
    path("callback/", views.callback, name="callback"),
    path("disconnect/", views.disconnect, name="disconnect"),
]
