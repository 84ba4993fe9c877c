"""People, places and API clients as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may sign in, where they work and what they may do."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "accounts"
    verbose_name = "People and places"  # not translated

    def ready(self) -> None:
        """Connect the signals and describe the API's sign-in to drf-spectacular."""
        from accounts import api_schema, checks, receivers  # noqa: F401
        from accounts.verification import (
            API_CLIENTS,
            INVITATIONS,
            ORGANISATIONS,
            PEOPLE,
            check_people,
            check_places,
        )
        from audit.kept_rows import keep
        from hematovision import verifications

        keep(PEOPLE, ORGANISATIONS, API_CLIENTS, INVITATIONS)
        verifications.register("people", check_people)
        verifications.register("organisations and API clients", check_places)
