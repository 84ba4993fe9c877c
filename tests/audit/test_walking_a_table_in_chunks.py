import pytest

from audit.models import AuditEvent
from audit.services import record
from hematovision.chunks import in_chunks

pytestmark = pytest.mark.django_db


@pytest.fixture
def events():
    for name in "abcdefg":
        record(actor=None, action="view", object_type="accounts.user", object_id=name)
    return AuditEvent.objects.order_by("id")


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_every_row_comes_once_and_in_order(events, size):
    assert list(in_chunks(AuditEvent.objects.all(), by=("id",), size=size)) == list(events)
    assert list(in_chunks(AuditEvent.objects.all(), by=("-id",), size=size)) == list(events.reverse())


def test_rows_that_share_the_first_field_are_told_apart_by_the_next(db):
    for name, action in zip("abcde", ["view", "export", "view", "view", "export"], strict=True):
        record(actor=None, action=action, object_type="accounts.user", object_id=name)
    walked = in_chunks(AuditEvent.objects.all(), by=("-action", "id"), size=2)
    assert [event.object_id for event in walked] == ["a", "c", "d", "b", "e"]


def test_what_is_asked_for_with_the_rows_comes_along(events, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert len(list(in_chunks(AuditEvent.objects.only("object_id"), by=("id",), size=3))) == 7


def test_nothing_to_walk_is_one_question(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(in_chunks(AuditEvent.objects.filter(object_id="none"), by=("id",))) == []
