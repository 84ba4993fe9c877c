"""A French in which every sentence that can be translated is: `fr!Case`. What nobody marked for translation stays English."""

from __future__ import annotations

import pytest
from django.utils.translation.trans_real import DjangoTranslation

MARK = "fr!"
"""Of letters that every encoding leaves alone: JSON, HL7, a page."""


def speak_french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whoever asks for French be answered so, until the test ends."""
    for name in ("gettext", "ngettext"):
        english = getattr(DjangoTranslation, name)

        def translated(self, *said, english=english):
            return f"{MARK}{said[0]}" if self.to_language() == "fr" else english(self, *said)

        monkeypatch.setattr(DjangoTranslation, name, translated)
