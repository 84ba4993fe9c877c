"""What workers do for the clinical record."""

from __future__ import annotations

from datetime import timedelta

from cases.services.files import remove_interrupted_uploads
from cases.services.resumable_uploads import expire_uploads
from hematovision.celery import clinical_task

_LONGEST_UPLOAD = timedelta(hours=1)


@clinical_task()
def sweep_interrupted_uploads() -> None:
    """Remove what uploads left that broke off with their process, and resumable ones that nobody resumed."""
    remove_interrupted_uploads(older_than=_LONGEST_UPLOAD)
    expire_uploads()
