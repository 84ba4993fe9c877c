"""What the server knows of work that a browser keeps."""

from offline.models.device_key import DeviceKey
from offline.models.sent_form import SentForm

__all__ = ["DeviceKey", "SentForm"]
