"""The page that opens without a connection, the service worker that keeps it, and what makes the site installable.

None of them knows who asks: they are the same for everybody, and show no patient. Why like this: docs/adr/0067.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from workbench.forms import PatientForm, SpecimenForm
from workbench.offline_files import addresses, guarded_addresses, named_by_content, version
from workbench.presenters.offline import words

if TYPE_CHECKING:
    from django.http import HttpRequest

_ACCENT = "#0a6170"


def _page() -> str:
    # Without the request: nothing of who asks is in it.
    return render_to_string(
        "workbench/offline.html",
        {"patient_form": PatientForm(), "specimen_form": SpecimenForm(), "words": words()},
    )


@require_safe
@never_cache
def shell(_request: HttpRequest) -> HttpResponse:
    """What is kept on this device, and a new case without a connection; in the language that the worker asks for."""
    return HttpResponse(_page())


@require_safe
@never_cache
def worker(_request: HttpRequest) -> HttpResponse:
    """The service worker: which files it keeps, and which forms it guards."""
    files = addresses()
    config = {
        "version": version(_page()),
        "language": get_language(),
        "files": files,
        "hashed": [address for address in files if named_by_content(address)],
        "guarded": guarded_addresses(),
    }
    script = f"import {{ begin }} from {json.dumps(static('offline/worker.js'))};\nbegin({json.dumps(config)});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
@never_cache
def manifest(_request: HttpRequest) -> HttpResponse:
    """What a browser shows where the site is installed."""
    return JsonResponse(
        {
            "id": "/",
            "name": "HematoVision",
            "short_name": "HematoVision",
            "description": _("Cases of blood smears"),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f4f5f6",
            "theme_color": _ACCENT,
            "icons": [
                {
                    "src": static(f"img/icon-{name}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, size, purpose in (("192", 192, "any"), ("512", 512, "any"), ("maskable", 512, "maskable"))
            ],
        },
        content_type="application/manifest+json",
    )
