"""Django REST framework and OpenAPI settings, imported by ``base``."""

from __future__ import annotations

from typing import Any

from hematovision.settings.environment import env

REST_FRAMEWORK: dict[str, Any] = {
    # Bearer first: its WWW-Authenticate makes "not signed in" 401 rather than 403.
    "DEFAULT_AUTHENTICATION_CLASSES": (
        "accounts.authentication.ClientTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ),
    "DEFAULT_PERMISSION_CLASSES": ("rest_framework.permissions.IsAuthenticated",),
    "DEFAULT_RENDERER_CLASSES": ("rest_framework.renderers.JSONRenderer",),
    "DEFAULT_PARSER_CLASSES": ("hematovision.rest.parsers.CappedJSONParser",),
    "DEFAULT_PAGINATION_CLASS": "hematovision.rest.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ("hematovision.rest.filters.StrictFilterBackend",),
    "DEFAULT_SCHEMA_CLASS": "hematovision.rest.schema.ProblemSchema",
    "DEFAULT_THROTTLE_CLASSES": (
        "hematovision.rest.throttles.PerCaller",
        "hematovision.rest.throttles.PerAddress",
        "hematovision.rest.throttles.PerScope",
    ),
    "DEFAULT_THROTTLE_RATES": {
        "user": "1200/min",
        "anon": "60/min",
        "upload": "240/min",
        "upload_piece": "900/min",
        "fhir_search": "300/min",
        "device_key": "10/hour",
        "unwrap": "60/min",
    },
    "EXCEPTION_HANDLER": "hematovision.rest.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNICODE_JSON": True,
    "COERCE_DECIMAL_TO_STRING": True,
    # What a client writes into X-Forwarded-For is not believed: it would be a new caller each time.
    "NUM_PROXIES": env.int("HEMATOVISION_TRUSTED_PROXY_COUNT", default=0),
    "DEFAULT_METADATA_CLASS": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Off, every address below /fhir/r4/ answers 404.
SERVE_FHIR = env.bool("HEMATOVISION_FHIR", default=True)

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "HematoVision API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": (
        "Blood smear cases of a clinic: patients, cases, smear images and what the classifier found."
        "\n\nAuthenticate with an OAuth2 bearer token (client credentials). Errors are RFC 9457"
        " problem documents. Automatic results are marked `reviewed: false` until a pathologist"
        " signs; this is not a cleared medical device."
    ),
    "SERVERS": [{"url": "/", "description": "The installation that serves this description."}],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ("rest_framework.permissions.AllowAny",),
    "SERVE_AUTHENTICATION": (),
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # What a PATCH takes is a body of its own here, with what it asks for: not another one with everything optional.
    "COMPONENT_SPLIT_PATCH": False,
    "ENFORCE_NON_BLANK_FIELDS": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "SORT_OPERATIONS": True,
    "POSTPROCESSING_HOOKS": (
        "drf_spectacular.hooks.postprocess_schema_enums",
        "hematovision.rest.schema.add_problem",
    ),
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "cases.states.CaseState.choices",
        "ImageState": "cases.states.ImageState.choices",
        "OrderState": "cases.states.OrderState.choices",
        "OrderRejection": "cases.models.OrderRejection.choices",
        "OrderSource": "cases.models.OrderSource.choices",
        "AnalysisState": "classifier.models.AnalysisState.choices",
        "CellLabel": "cases.cell_classes.LABEL_CHOICES",
        "CellClass": "classifier.api.image_serializers.CLASS_CHOICES",
        "LabelSource": "cases.models.LabelSource.choices",
        "Priority": "cases.models.Priority.choices",
        "Stain": "cases.models.Stain.choices",
        "TakenOut": "cases.models.TakenOut.choices",
        "MicroscopeSource": "microscopes.selectors.MicroscopeSource.choices",
        "Sex": "cases.models.Sex.choices",
        "Role": "accounts.models.Role.choices",
        "OrganisationKind": "accounts.models.OrganisationKind.choices",
        "ReportKind": "reports.models.ReportKind.choices",
        "QualityVerdict": "classifier.api.image_serializers.VERDICTS",
        "ListDifference": "integrations.api.reconciliation.DIFFERENCES",
        "EventType": "integrations.models.EventType.choices",
        "CameraStandingState": "classifier.standing.Standing.choices",
        "ApiScope": "accounts.scopes.SCOPES.items",
        "BirthDatePrecision": "cases.partial_date.PRECISIONS",
        "CorrectionReason": "cases.models.CorrectionReason.choices",
        "LeukocyteClass": "reports.api.content_serializers.LEUKOCYTES",
        "RangeFlag": "reports.api.content_serializers.FLAGS",
    },
    "TAGS": [
        {"name": "patients", "description": "People the smears belong to, by the clinic's MRN."},
        {"name": "orders", "description": "What was ordered, under the numbers of whoever ordered it."},
        {"name": "cases", "description": "A request for a smear to be read."},
        {"name": "microscopes", "description": "What images are taken with, and at which scale."},
        {"name": "images", "description": "Smear images and what was found in them."},
        {"name": "predictions", "description": "Every stored prediction, for oversight."},
        {"name": "reports", "description": "Signed reports: versions, content, PDF."},
        {"name": "try", "description": "Pictures that are no part of any record, for learning."},
        {"name": "caller", "description": "Who asks, and where everything is."},
    ],
}
