"""Collected static files: named by their content, compressed, with the imports of modules following the names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

if TYPE_CHECKING:
    import re
    from collections.abc import Callable


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage that also rewrites `import ... from "./other.js"` to the hashed name.

    Without it a page's entry would be new after an upgrade and the modules it imports those of a browser's cache.
    """

    support_js_module_import_aggregation = True

    def url_converter(self, name: str, *args: Any, **kwargs: Any) -> Callable[[re.Match[str]], str]:
        """Leave other people's scripts alone: they come whole, and some only mention an import in a comment."""
        if name.startswith("vendor/") and name.endswith(".js"):
            return lambda found: found["matched"]
        converter: Callable[[re.Match[str]], str] = super().url_converter(name, *args, **kwargs)
        return converter
