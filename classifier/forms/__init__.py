"""What narrows the oversight pages."""

from classifier.forms.predictions import PredictionFilterForm

__all__ = ["PredictionFilterForm"]
