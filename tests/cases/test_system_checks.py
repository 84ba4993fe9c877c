"""An installation that cannot keep patients safe says so before it starts."""

from __future__ import annotations

import pytest
from PIL import Image

from cases import checks
from cases.storage import clinical_storage


def ids(messages):
    return [message.id for message in messages]


def test_a_whole_installation_has_nothing_to_say(clinical_files):
    assert checks.check_field_keys() == []
    assert checks.check_blind_index_key() == []
    assert checks.check_clinical_storage() == []
    assert clinical_files() == []


@pytest.mark.parametrize("keys", [[], ["short"], ["not base64 at all, but of some length!!"]])
def test_identifiers_need_a_usable_key(settings, keys):
    settings.HEMATOVISION_FIELD_KEYS = keys
    assert ids(checks.check_field_keys()) == ["cases.E001"]


@pytest.mark.parametrize("key", ["", "short"])
def test_the_search_index_needs_a_key(settings, key):
    settings.HEMATOVISION_BLIND_INDEX_KEY = key
    assert ids(checks.check_blind_index_key()) == ["cases.E002"]


def test_the_storage_must_be_writable(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setitem(clinical_storage().__dict__, "location", str(tmp_path / "file"))
    assert ids(checks.check_clinical_storage()) == ["cases.E003"]


def test_no_decoder_may_allocate_more_than_the_limit(settings):
    assert settings.UPLOAD_MAX_PIXELS == Image.MAX_IMAGE_PIXELS
