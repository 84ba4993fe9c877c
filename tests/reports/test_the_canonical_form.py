"""Equal content has equal bytes; what has no form of its own is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.canonical import canonical, digest, sha256

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
)


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be():
    assert canonical({"b": "µ²\n", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"µ²\\n"}'
    assert sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(PLAIN)
def test_what_is_read_back_is_spelled_the_same(value):
    assert canonical(json.loads(canonical(value))) == canonical(value)
    assert digest(value) == digest(json.loads(canonical(value)))


@pytest.mark.parametrize("value", [1.5, 2**53, float("nan"), {"é": 1}, {1: 1}, {"a": object()}, "\ud800"])
def test_what_other_programs_would_spell_otherwise_is_refused(value):
    with pytest.raises(ValueError):
        canonical(value)
