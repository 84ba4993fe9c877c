"""A route without a line in the matrix fails here, and so does a line without a route."""

from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from tests.permissions.matrix import ROWS

METHODS = ("get", "post", "patch", "delete")


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
    """Return the methods a class-based view answers; for a function nothing is known."""
    view = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    return {name.upper() for name in METHODS if hasattr(view, name)} if view else set()


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
            missing += [f"{method} {name}" for method in methods_of(callback) if (method, name) not in listed]
    assert not missing


def test_every_line_has_a_route():
    known = {name for name, _ in routes(get_resolver())}
    assert {row.route for row in ROWS} <= known


def test_no_line_is_there_twice():
    keys = [str(row) for row in ROWS]
    assert len(keys) == len(set(keys))
