"""The demonstration's inbox. Only wired in the embedded mode."""

from django.urls import path

from letters import views

app_name = "letters"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("<str:key>/", views.letter, name="letter"),
    path("<str:key>/html/", views.letter_html, name="letter_html"),
]
