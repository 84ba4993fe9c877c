from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from classifier.models import Analysis
from classifier.services import claim_analysis

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_workers_that_claim_at_once_exactly_one_gets_the_run(image):
    workers = 6
    start = Barrier(workers)

    def claim(number):
        start.wait(timeout=30)
        try:
            return claim_analysis(image_id=image.pk, worker=f"worker-{number}")
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        claims = list(pool.map(claim, range(workers)))

    taken = [claim for claim in claims if claim is not None]
    assert len(taken) == 1
    analysis = Analysis.objects.get()
    assert (analysis.attempt, analysis.worker) == (1, taken[0].worker)
