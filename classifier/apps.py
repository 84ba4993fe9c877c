from django.apps import AppConfig


class ClassifierConfig(AppConfig):
    name = "classifier"
    verbose_name = "Analysis"

    def ready(self) -> None:
        """Listen to the clinical record, which does not know the models; register the checks."""
        from accounts.signals import unknown_camera_rule_changed
        from audit.kept_rows import keep
        from cases.providers import poor_fields
        from cases.signals import image_received, image_taken_out, microscope_corrected, scale_changed
        from cases.words import take_up
        from classifier import checks, selectors  # noqa: F401
        from classifier.receivers import (
            enqueue_received_image,
            fingerprint_what_was_taken_out,
            hold_back_by_new_rule,
            judge_cameras_anew,
            reanalyse_rescaled_case,
            relearn_scales,
        )
        from classifier.smear_verification import CONFIRMED, check_confirmed_smears
        from classifier.verification import check_analyses, check_model_labels, check_models
        from classifier.words import WITH_VALUES
        from hematovision import verifications

        take_up(WITH_VALUES)
        poor_fields.register(selectors.poor_fields)
        verifications.register("analyses", check_analyses)
        verifications.register("labels of the model", check_model_labels)
        verifications.register("models", check_models)
        keep(CONFIRMED)
        verifications.register("confirmed smears", check_confirmed_smears)
        image_received.connect(enqueue_received_image, dispatch_uid="classifier.enqueue_received_image")
        image_taken_out.connect(
            fingerprint_what_was_taken_out, dispatch_uid="classifier.fingerprint_what_was_taken_out"
        )
        scale_changed.connect(reanalyse_rescaled_case, dispatch_uid="classifier.reanalyse_rescaled_case")
        microscope_corrected.connect(relearn_scales, dispatch_uid="classifier.relearn_scales")
        unknown_camera_rule_changed.connect(hold_back_by_new_rule, dispatch_uid="classifier.hold_back_by_new_rule")
        microscope_corrected.connect(judge_cameras_anew, dispatch_uid="classifier.judge_cameras_anew")
