from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People who sign in"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in

        from accounts import (
            belongings,
            checks,  # noqa: F401  (registers the system checks)
            examples,  # noqa: F401  (its letters in the gallery)
            history,  # noqa: F401  (writes down who signs in)
            own,
            sessions,
            used_codes,
        )

        used_codes.remember_in_the_database()
        belongings.register(own.ACCOUNT)
        belongings.register(own.LETTERS)
        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(sessions.trust_new_factor)
