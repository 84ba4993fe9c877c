"""Training runs of the platform: asking for one, running one, following one."""

from training_runs.services.requests import cancel_training, start_training
from training_runs.services.runs import run_waiting, sweep_trainings

__all__ = ["cancel_training", "run_waiting", "start_training", "sweep_trainings"]
