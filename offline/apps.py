"""The app as Django knows it."""

from django.apps import AppConfig


class OfflineConfig(AppConfig):
    """What a browser keeps while there is no line: the keys it is kept under, and that it is carried out once."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "offline"
    verbose_name = "Work without a connection"  # not translated

    def ready(self) -> None:
        """Have keys of devices verified, encrypted anew when the field keys change, and listed with the sessions."""
        from accounts.providers import keeping_devices as devices_asked_for
        from audit.kept_rows import keep
        from cases.signals import field_keys_rotated
        from hematovision import verifications
        from offline.receivers import rotate_device_keys
        from offline.selectors import keeping_devices
        from offline.verification import DEVICE_KEYS

        keep(DEVICE_KEYS)
        verifications.register("device keys", DEVICE_KEYS.check)
        devices_asked_for.register(keeping_devices)
        field_keys_rotated.connect(rotate_device_keys, dispatch_uid="offline.rotate_device_keys")
