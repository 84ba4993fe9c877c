"""The machine's rows: which model, which run, which result, which worker."""

from classifier.models.analysis import (
    Analysis,
    AnalysisProblem,
    AnalysisState,
    AnalysisTrigger,
)
from classifier.models.explanation import Explanation, ExplanationState
from classifier.models.heartbeat import WorkerHeartbeat
from classifier.models.model_version import ModelState, ModelVersion
from classifier.models.prediction import Prediction

__all__ = [
    "Analysis",
    "AnalysisProblem",
    "AnalysisState",
    "AnalysisTrigger",
    "Explanation",
    "ExplanationState",
    "ModelState",
    "ModelVersion",
    "Prediction",
    "WorkerHeartbeat",
]
