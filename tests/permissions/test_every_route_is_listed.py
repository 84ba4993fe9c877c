"""A route without a line in the matrix fails here, and so does a line without a route."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.urls.resolvers import URLPattern
from django.views.generic.edit import ProcessFormView

from tests.permissions.matrix import ROWS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def routes(resolver, prefix="", namespaces=()):
    """Yield (name or pattern, callback) of every route of the URLconf."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name]) if entry.name else path
            yield name, entry.callback
        else:
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from routes(entry, path, inner)


def methods_of(callback):
    """Return the methods a view answers, or None of a function that says nothing of it (the admin's and allauth's)."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if view:
        # Django's form views take PUT for another POST.
        alike = {"PUT"} if getattr(view, "put", None) is ProcessFormView.put else set()
        return {name for name in METHODS if hasattr(view, name.lower())} - alike
    while callback is not None:
        # What `require_http_methods` and the workspace's `json_endpoint` were given stands in their closures.
        for name, cell in zip(callback.__code__.co_freevars, callback.__closure__ or (), strict=True):
            if name in {"request_method_list", "methods"}:
                return set(METHODS) & set(cell.cell_contents)
        callback = getattr(callback, "__wrapped__", None)
    return None


# The admin's own views are functions; redirects of old addresses answer every method alike.
ALIKE = {"unknown_address"}


def test_every_route_and_method_has_a_line():
    listed = {(row.method, row.route) for row in ROWS}
    names = {row.route for row in ROWS}
    missing = []
    for name, callback in routes(get_resolver()):
        if name.startswith("admin/") and "<path:object_id>/" in name:
            continue  # the admin redirects this old form of its change page, which has a line
        if name not in names:
            missing.append(name)
        elif name not in ALIKE:
            missing += [f"{method} {name}" for method in methods_of(callback) or () if (method, name) not in listed]
    assert not missing


def test_every_view_of_ours_says_which_methods_it_answers():
    ours = {config.name for config in apps.get_app_configs() if (Path(settings.BASE_DIR) / config.name).is_dir()}
    silent = [
        name
        for name, callback in routes(get_resolver())
        if not name.startswith("admin:")
        and callback.__module__.partition(".")[0] in ours
        and methods_of(callback) is None
    ]
    assert not silent


def test_every_line_has_a_route():
    known = {name for name, _ in routes(get_resolver())}
    assert {row.route for row in ROWS} <= known


def test_no_line_is_there_twice():
    keys = [str(row) for row in ROWS]
    assert len(keys) == len(set(keys))
