"""One run from claim to outcome: what the task does."""

from __future__ import annotations

import uuid

import structlog

from cases.models import SmearImage
from cases.services.images import load_picture, make_display_copy
from classifier import reader
from classifier.inference.errors import InferenceError
from classifier.models import Analysis, AnalysisProblem
from classifier.services.claims import claim_analysis, max_attempts, release_claim
from classifier.services.outcomes import fail_analysis, store_result
from hematovision.errors import DomainError
