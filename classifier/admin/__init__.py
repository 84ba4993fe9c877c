"""Models and their output in the administration: everything visible, nothing editable, decisions as actions with a reason."""

from classifier.admin.analysis import AnalysisAdmin
from classifier.admin.heartbeat import WorkerHeartbeatAdmin
from classifier.admin.model_version import ModelVersionAdmin
from classifier.admin.prediction import PredictionAdmin

__all__ = ["AnalysisAdmin", "ModelVersionAdmin", "PredictionAdmin", "WorkerHeartbeatAdmin"]
