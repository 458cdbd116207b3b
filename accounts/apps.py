from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People who sign in"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from accounts import (
            checks,  # noqa: F401  (registers the system checks)
            history,  # noqa: F401  (writes down who signs in)
            sessions,
        )

        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(sessions.end_others_with_new_factor)
