from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    name = "classifier"
    verbose_name = "Analysis"

    def ready(self) -> None:
        """Listen to the clinical record, which does not know the models; register the checks."""
        from cases.signals import image_received, microscope_corrected, scale_changed
        from classifier import checks  # noqa: F401
        from classifier.receivers import enqueue_received_image, reanalyse_rescaled_case, relearn_scales

        image_received.connect(enqueue_received_image, dispatch_uid="classifier.enqueue_received_image")
        scale_changed.connect(reanalyse_rescaled_case, dispatch_uid="classifier.reanalyse_rescaled_case")
        microscope_corrected.connect(relearn_scales, dispatch_uid="classifier.relearn_scales")
