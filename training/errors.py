"""Refusals of the training steps: a sentence that names the file, the folder or the class."""

from classifier.inference.errors import InferenceError


class TrainingError(InferenceError):
    """Base of every expected refusal here; ``sentence`` is fit to be shown and the command exits non-zero."""


class BadData(TrainingError):
    """Images, folders, manifests or options that cannot be trained on."""


class BadWeights(TrainingError):
    """A weights file that is missing, unreadable or of another architecture."""


class NotFit(TrainingError):
    """A result that must not be published: an int8 file too far from its float original, a model without evaluation."""


class NoSpace(TrainingError):
    """The disk is full."""
