"""``If-Match`` lets a write through only on the version the caller read."""

import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from hematovision.errors import PreconditionFailed
from hematovision.rest.etags import check_if_match, version_tag

TAG = version_tag(["draft", 1])


def request_with(header):
    headers = {} if header is None else {"If-Match": header}
    return Request(APIRequestFactory().post("/", headers=headers))


def test_the_tag_is_a_strong_quoted_string_and_follows_the_values():
    assert TAG.startswith('"')
    assert TAG.endswith('"')
    assert version_tag(["draft", 1]) == TAG
    assert version_tag(["submitted", 1]) != TAG
    assert version_tag(["a", "b"]) != version_tag(["a,b"])


@pytest.mark.parametrize("header", [None, "", "*", TAG, f'"other", {TAG}'])
def test_a_current_or_absent_tag_passes(header):
    check_if_match(request_with(header), TAG)


@pytest.mark.parametrize("header", ['"other"', f"W/{TAG}", "garbage"])
def test_a_stale_or_weak_tag_is_refused(header):
    with pytest.raises(PreconditionFailed):
        check_if_match(request_with(header), TAG)
