import pytest
from django.db import DatabaseError, transaction

from classifier.models import Prediction
from classifier.tasks import analyse_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def prediction(image, engine):
    analyse_image(str(image.pk))
    return Prediction.objects.first()


def test_the_database_refuses_to_update_one(prediction):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Prediction.objects.filter(pk=prediction.pk).update(label="monocyte")


def test_the_database_refuses_to_delete_one(prediction):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Prediction.objects.filter(pk=prediction.pk).delete()
