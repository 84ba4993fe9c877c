"""The whole story of a case, from every app, as one list."""

from oversight.presenters.timeline.entry import KINDS, Entry, folded, merged
from oversight.presenters.timeline.story import kinds_for, story_of

__all__ = ["KINDS", "Entry", "folded", "kinds_for", "merged", "story_of"]
