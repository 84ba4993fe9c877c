"""A lower app asks, one app above answers, and nobody answers twice."""

import importlib
import importlib.util

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from hematovision.providers import Provider


@pytest.fixture
def greeting():
    @Provider
    def greeting(name):
        """How a person is greeted."""
        return f"Hello {name}"

    return greeting


def in_french(name):
    return f"Bonjour {name}"


def test_a_provider_answers_with_its_default_until_an_app_registers(greeting):
    assert greeting("Ada") == "Hello Ada"
    assert not greeting.is_answered
    greeting.register(in_french)
    assert greeting("Ada") == "Bonjour Ada"
    assert greeting.is_answered


def test_a_provider_refuses_a_second_answer_and_names_both(greeting):
    greeting.register(in_french)
    with pytest.raises(ImproperlyConfigured, match=r"in_french.*<lambda>"):
        greeting.register(lambda name: name)
    assert greeting("Ada") == "Bonjour Ada"


def test_a_provider_takes_the_same_answer_twice_because_ready_may_run_twice(greeting):
    greeting.register(in_french)
    greeting.register(in_french)
    assert greeting("Ada") == "Bonjour Ada"


def test_a_test_replaces_a_provider_for_one_block_only(greeting):
    greeting.register(in_french)
    with greeting.replaced(str.upper):
        assert greeting("Ada") == "ADA"
    with greeting.replaced():
        assert greeting("Ada") == "Hello Ada"
    assert greeting("Ada") == "Bonjour Ada"


def declared():
    for config in apps.get_app_configs():
        module = f"{config.name}.providers"
        if config.path.startswith(str(settings.BASE_DIR)) and importlib.util.find_spec(module):
            for name, value in vars(importlib.import_module(module)).items():
                if isinstance(value, Provider):
                    yield f"{module}.{name}", value


def test_every_declared_provider_is_answered_in_this_installation():
    found = dict(declared())
    assert found
    assert [name for name, provider in found.items() if not provider.is_answered] == []
