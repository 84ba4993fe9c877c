"""Pages of integrations: connections, mappings, messages, reconciliation."""

from django.urls import path

from integrations.views import (
    connections,
    console,
    downtime,
    mapping_versions,
    mappings,
    messages,
    reconciliation,
    secrets,
    states,
)

app_name = "integrations"

_CONNECTION = "integrations/connections/<uuid:pk>/"
_MAPPING = "integrations/mappings/<uuid:pk>/"
_MESSAGE = "integrations/messages/<uuid:message_id>/"

urlpatterns = [
    path("integrations/downtime/", downtime.downtime, name="downtime"),
    path("integrations/", connections.connections, name="connections"),
    path("integrations/connections/new/", connections.new_connection, name="new_connection"),
    path(_CONNECTION, connections.connection, name="connection"),
    path(f"{_CONNECTION}edit/", connections.edit_connection, name="edit_connection"),
    path(f"{_CONNECTION}on/", states.change_state, {"step": "switch_on"}, name="switch_on"),
    path(f"{_CONNECTION}off/", states.change_state, {"step": "switch_off"}, name="switch_off"),
    path(f"{_CONNECTION}pause/", states.change_state, {"step": "pause"}, name="pause"),
    path(f"{_CONNECTION}secret/", secrets.webhook_secret, name="webhook_secret"),
    path(f"{_CONNECTION}test/", secrets.webhook_test, name="webhook_test"),
    path(f"{_CONNECTION}resume/", states.change_state, {"step": "resume"}, name="resume"),
    path("integrations/console/", console.console, name="console"),
    path("integrations/mappings/", mappings.mappings, name="mappings"),
    path("integrations/mappings/new/", mappings.new_mapping, name="new_mapping"),
    path(_MAPPING, mappings.mapping, name="mapping"),
    path(f"{_MAPPING}try/", mapping_versions.try_mapping, name="try_mapping"),
    path(f"{_MAPPING}compare/", mappings.compare, name="compare_mapping"),
    path(f"{_MAPPING}edit/<slug:table>/", mapping_versions.edit_table, name="edit_table"),
    path(f"{_MAPPING}<int:number>/<slug:table>.csv", mappings.table_file, name="table_file"),
    path("integrations/messages/", messages.messages_page, name="messages"),
    path(_MESSAGE, messages.message, name="message"),
    path(f"{_MESSAGE}again/", messages.send_message_again, name="send_again"),
    path(f"{_MESSAGE}handled/", messages.mark_message_handled, name="mark_handled"),
    path(f"{_MESSAGE}answer/", messages.answer_message, name="answer_message"),
    path(f"{_MESSAGE}bytes/", messages.message_bytes, name="message_bytes"),
    path("integrations/reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path("integrations/reconciliation/versions.csv", reconciliation.reconciliation_file, name="reconciliation_file"),
]
