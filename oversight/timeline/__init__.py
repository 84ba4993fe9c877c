"""The whole story of a case, from every app, as one list."""

from oversight.timeline.entry import KINDS, Entry, merged
from oversight.timeline.story import kinds_for, story_of

__all__ = ["KINDS", "Entry", "kinds_for", "merged", "story_of"]
