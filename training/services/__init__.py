"""Training runs of the platform: asking for one, running one, following one."""

from training.services.requests import available_sources, cancel_training, start_training
from training.services.runs import run_waiting, sweep_trainings

__all__ = ["available_sources", "cancel_training", "run_waiting", "start_training", "sweep_trainings"]
