"""English texts that tried pictures keep, named here for the translators; `cases.words.in_words` tells them where they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

NO_MODEL = _("No model is in use. An administrator has to promote one; then pictures can be tried.")
CUT_SHORT = _("The analysis was cut short several times and was given up. Send the picture again.")
DEFECT = _("The analysis stopped on a defect of the software. It has been logged.")
FILE_GONE = _("The picture is no longer there.")

KEPT = (NO_MODEL, CUT_SHORT, DEFECT, FILE_GONE)
