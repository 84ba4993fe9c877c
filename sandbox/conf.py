"""What an installation may set for Try, and what is the same everywhere."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

KEPT_FOR = timedelta(hours=24)
"""After that a picture, its file and what was said of it are removed."""
DAILY_PICTURES = 40
"""Of one person, in 24 hours."""
DAILY_PICTURES_OF_VISITORS = 5
"""Of one network address, or of one IPv6 network (/64), in 24 hours."""
MOST_OF_VISITORS = 200
"""Pictures of all visitors together that are kept at a time: strangers do not fill the disk of the clinical files."""
TRIES_PER_MINUTE = 60
"""Files a person may send in a minute, those that are refused included: each is decoded."""
TRIES_PER_MINUTE_OF_VISITORS = 6
MOST_AT_ONCE = 10
"""Pictures in one form."""


def is_public() -> bool:
    """Whether visitors who are not signed in may try pictures (`PUBLIC_TRY`)."""
    return bool(settings.PUBLIC_TRY)
