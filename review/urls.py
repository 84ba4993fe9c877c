"""The workspace, what its script asks and sends, and what a case page sends about its images."""

from django.urls import URLPattern, path

from review.views import actions, confirmed_smears, field_return, keys, retrying, state, workspace

app_name = "review"

urlpatterns: list[URLPattern] = [
    path("cases/<uuid:pk>/review/", workspace.workspace, name="workspace"),
    path("cases/<uuid:pk>/review/state/", state.state, name="state"),
    path("cases/<uuid:pk>/review/claim/", state.claim, name="claim"),
    path("cases/<uuid:pk>/review/release/", state.release, name="release"),
    path("cases/<uuid:pk>/review/heartbeat/", state.heartbeat, name="heartbeat"),
    path("cases/<uuid:pk>/review/reread/", state.reanalyse, name="reanalyse"),
    path("cases/<uuid:pk>/review/actions/", actions.actions, name="actions"),
    path("cases/<uuid:pk>/review/cells/", actions.cells, name="cells"),
    path("cases/<uuid:pk>/review/cells/<uuid:cell_pk>/", actions.cell, name="cell"),
    path("review/keys/", keys.keys, name="keys"),
    path("images/<uuid:pk>/return/", field_return.return_field_page, name="return_field"),
    path("images/<uuid:pk>/retry/", retrying.retry, name="retry_image"),
    path("images/<uuid:pk>/smear/", confirmed_smears.confirm, name="confirm_smear"),
]
