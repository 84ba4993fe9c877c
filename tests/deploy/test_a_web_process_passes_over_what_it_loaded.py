"""A web process takes out of garbage collection what it loaded before the first request."""

from __future__ import annotations

import gc
import runpy
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"


def test_before_its_first_request_a_process_has_nothing_left_to_collect():
    hook = runpy.run_path(str(CONFIGURATION))["post_worker_init"]
    hook(object())
    try:
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()
