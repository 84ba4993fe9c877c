from functools import partial

import pytest

from classifier.models import Analysis
from classifier.services import claim_analysis
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_workers_that_claim_at_once_exactly_one_gets_the_run(image):
    claims = together(*[partial(claim_analysis, image_id=image.pk, worker=f"worker-{number}") for number in range(6)])
    taken = [claim for claim in claims if claim is not None]
    assert len(taken) == 1
    analysis = Analysis.objects.get()
    assert (analysis.attempt, analysis.worker) == (1, taken[0].worker)
