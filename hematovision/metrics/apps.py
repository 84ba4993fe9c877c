"""Django configuration of the metrics: what they listen to."""

from django.apps import AppConfig
from prometheus_client import disable_created_metrics


class MetricsConfig(AppConfig):
    """Connects what is counted when it happens, and the checks of the installation."""

    name = "hematovision.metrics"
    label = "metrics"
    verbose_name = "Metrics"

    def ready(self) -> None:
        """Connect signals and checks."""
        # When each series began would be a second series beside each.
        disable_created_metrics()
        from hematovision.metrics import checks, receivers  # noqa: F401
