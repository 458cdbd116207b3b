from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("second-factor/", views.second_factor, name="second_factor"),
]
