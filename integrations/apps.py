"""The app as Django knows it."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """What other systems get and send: the feed of events."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "integrations"
    verbose_name = "Integrations"

    def ready(self) -> None:
        """Listen to the steps of the record, which do not know that anybody follows them."""
        from audit.kept_rows import keep
        from hematovision import verifications
        from integrations.connection_verification import CONNECTIONS, MAPPING_VERSIONS, check_connections
        from integrations.message_verification import check_messages
        from integrations.receivers import connect
        from integrations.verification import check_feed

        connect()
        keep(CONNECTIONS, MAPPING_VERSIONS)
        verifications.register("event feed", check_feed)
        verifications.register("connections", check_connections)
        verifications.register("messages", check_messages)
