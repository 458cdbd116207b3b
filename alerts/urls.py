from django.urls import path

from alerts import views

app_name = "alerts"

urlpatterns = [
    path("", views.subscribe, name="subscribe"),
    path("would-have-sent/", views.would_have_sent, name="would_have_sent"),
    path("check-your-mail/", views.check_mail, name="check_mail"),
    path("fresh-link/", views.fresh_link, name="fresh_link"),
    path("confirm/<str:token>/", views.confirm, name="confirm"),
    path("manage/<str:token>/", views.manage, name="manage"),
    path("told/<str:token>/", views.told, name="told"),
    path("stop/<str:token>/", views.stop, name="stop"),
]
