from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("name/", views.name, name="name"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("email/codes/", views.address_codes, name="address_codes"),
    path("my-data.json", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
    path("deleted/", views.deleted, name="deleted"),
]
