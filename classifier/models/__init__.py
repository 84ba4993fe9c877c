"""Models, their analyses of images, their predictions for cells, and the workers."""

from classifier.models.analysis import (
    Analysis,
    AnalysisProblem,
    AnalysisState,
    AnalysisTrigger,
)
from classifier.models.camera_standing import CameraStanding
from classifier.models.confirmed_smear import ConfirmedSmear
from classifier.models.explanation import Explanation, ExplanationState
from classifier.models.heartbeat import WorkerHeartbeat
from classifier.models.model_version import ModelState, ModelVersion
from classifier.models.prediction import Prediction

__all__ = [
    "Analysis",
    "AnalysisProblem",
    "AnalysisState",
    "AnalysisTrigger",
    "CameraStanding",
    "ConfirmedSmear",
    "Explanation",
    "ExplanationState",
    "ModelState",
    "ModelVersion",
    "Prediction",
    "WorkerHeartbeat",
]
