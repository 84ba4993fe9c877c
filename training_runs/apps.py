from django.apps import AppConfig


class TrainingRunsConfig(AppConfig):
    """Trainings asked for on the platform; how a model is made is the library `training`, which knows no Django."""

    name = "training_runs"
    # Table, migration history, permissions and audit events of every installation name the runs by this label.
    label = "training"
    verbose_name = "Training"
