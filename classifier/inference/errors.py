"""Refusals that carry a sentence a person can act on."""


class InferenceError(Exception):
    """Base of every expected refusal of this package; ``sentence`` is fit to be shown."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BundleMissing(InferenceError):
    """A model folder, or a file its card names, is not there."""


class BundleAltered(InferenceError):
    """A model file's content is not what its card says, or the card itself makes no sense."""


class EngineUnavailable(InferenceError):
    """The engine asked for cannot run here: library not installed, file not in the bundle, or another interface."""


class BadInput(InferenceError):
    """Images, folders or options that cannot be worked with."""
