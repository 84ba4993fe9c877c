"""Training as the platform sees it: runs somebody asked for."""

from training_runs.models.training_run import Backbone, StartWeights, TrainingRun, TrainingState

__all__ = ["Backbone", "StartWeights", "TrainingRun", "TrainingState"]
