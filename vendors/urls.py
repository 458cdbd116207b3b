from django.urls import path

from vendors import views

app_name = "vendors"

urlpatterns = [
    path("", views.guide, name="guide"),
    path("<slug:key>/", views.requirement, name="requirement"),
]
