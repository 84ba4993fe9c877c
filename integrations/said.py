"""Sentences that are said to other systems or kept on record: in English there, translated where a page shows them. Pure."""

from __future__ import annotations


def gettext_noop(sentence: str) -> str:
    """Return the sentence as it is: by this name the catalogues take it up (`integrations.stored_sentences`)."""
    return sentence
