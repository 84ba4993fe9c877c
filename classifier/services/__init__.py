"""Every write of models, analyses, predictions and heartbeats."""

from classifier.services.claims import claim_analysis, release_claim, renew_leases
from classifier.services.models import (
    Ensured,
    ensure_model,
    previous_model,
    promote_model,
    retire_variant,
    rollback_model,
)
from classifier.services.outcomes import fail_analysis, store_result
from classifier.services.queueing import enqueue_analysis, send_message
from classifier.services.registration import register_model
from classifier.services.requeueing import failed_for_the_model, requeue_analyses
from classifier.services.runs import run_analysis
from classifier.services.sweeping import Swept, sweep

__all__ = [
    "Ensured",
    "Swept",
    "claim_analysis",
    "enqueue_analysis",
    "ensure_model",
    "fail_analysis",
    "failed_for_the_model",
    "previous_model",
    "promote_model",
    "register_model",
    "release_claim",
    "renew_leases",
    "requeue_analyses",
    "retire_variant",
    "rollback_model",
    "run_analysis",
    "send_message",
    "store_result",
    "sweep",
]
