"""What the page that opens without a connection says: its script has no words of its own."""

from __future__ import annotations

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Return every sentence by its name; `{n}`, `{name}`, `{used}` and `{most}` are filled in by the script."""
    return {
        "kind_form": _("Form"),
        "kind_case": _("New case, fields: {n}"),
        "kind_field": _("Field"),
        "state_waits": _("Waits for the connection"),
        "state_answered": _("Waits for the connection"),
        "state_asks": _("It has a question for you: open it when you are connected"),
        "state_refused": _("The case takes no more fields: put it into a new case, or discard it"),
        "state_lost": _("Its key was revoked: it cannot be opened any more"),
        "of_other": _("Kept for {name}, who has to sign in"),
        "open": _("Open the question"),
        "discard": _("Discard"),
        "discard_surely": _("Discard it for good"),
        "discard_with_fields": _("Discard it and its fields for good"),
        "nothing": _("Nothing waits on this device."),
        "space": _("{used} MB of {most} MB used."),
        "connected": _("Connected."),
        "no_connection": _(
            "No connection. What you send is kept here, encrypted, and goes by itself when the line is back."
        ),
        "signed_in": _("Signed in as {name}."),
        "signed_out": _("You are signed out. Sign in to send what waits."),
        "sending": _("Sending what waits. Still here: {n}"),
        "said_kept": _(
            "There was no connection. The form is kept on this device, encrypted, and goes when the line is back."
        ),
        "said_signed_out": _("You were signed out. The form is kept on this device, encrypted: sign in, and it goes."),
        "said_unsent": _(
            "There was no connection, and nothing was sent. Go back: what you typed is still in the form."
        ),
        "said_full": _(
            "There is no room left on this device for more. Connect and send what waits first. Nothing was kept."
        ),
        "said_closed": _(
            "This browser keeps nothing, as in a private window. Nothing was kept: go back and send it again."
        ),
        "said_no_key": _(
            "This browser has no key of yours yet: open HematoVision once with a connection. Nothing was kept."
        ),
        "case_kept": _("The case is kept on this device with its fields, encrypted. It goes when the line is back."),
        "cannot_keep": _("This browser will not keep pictures, as in a private window or without HTTPS."),
        "not_lasting": _(
            "The browser may remove what is kept when it needs the room. Install HematoVision to keep it safe."
        ),
        "required": _("Type the record number and the family name first."),
        "new_fields": _("Fields chosen: {n}"),
    }
