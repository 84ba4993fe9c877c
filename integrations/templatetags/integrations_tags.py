"""Marks of connections and messages: a word with a sign, never colour alone. And their stored sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from integrations.models import ConnectionState, MessageState
from integrations.stored_sentences import in_words

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from integrations.models import Connection, Message

register = template.Library()
register.filter(in_words)

_CONNECTION = {
    ConnectionState.OFF: "",
    ConnectionState.ON: "filled tone-ok",
    ConnectionState.PAUSED: "half tone-warn",
}
_MESSAGE = {
    MessageState.RECEIVED: "half tone-info",
    MessageState.PROCESSED: "filled tone-ok",
    MessageState.QUEUED: "tone-info",
    MessageState.SENDING: "half tone-info",
    MessageState.ACKNOWLEDGED: "filled tone-ok",
    MessageState.HELD: "square tone-warn",
    MessageState.REFUSED: "filled square tone-danger",
    MessageState.DEAD: "cross tone-danger",
    MessageState.HANDLED: "filled",
    MessageState.SUPERSEDED: "",
}


@register.simple_tag
def connection_mark(connection: Connection) -> SafeString:
    """Show whether a connection is on, off or paused."""
    look = _CONNECTION[ConnectionState(connection.state)]
    return format_html('<span class="mark {}">{}</span>', look, connection.get_state_display())


@register.simple_tag
def message_mark(message: Message) -> SafeString:
    """Show what became of a message."""
    look = _MESSAGE[MessageState(message.state)]
    return format_html('<span class="mark {}">{}</span>', look, message.get_state_display())
