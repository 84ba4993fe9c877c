"""English texts that tried pictures keep, named here for the translators; `cases.words.in_words` tells them where they are shown."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

NO_MODEL = _("No model is in use. An administrator has to promote one; then pictures can be tried.")
CUT_SHORT = _("The analysis was cut short several times and was given up. Send the picture again.")
DEFECT = _("The analysis stopped on a defect of the software. It has been logged.")
FILE_GONE = _("The picture is no longer there.")
NO_SMEAR = _(
    "This does not look like a stained blood smear under the microscope: no cell was searched for in it. Send a picture "
    "that was taken through the objective, of stained cells; if this is one, try another field of the smear."
)

KEPT = (NO_MODEL, CUT_SHORT, DEFECT, FILE_GONE, NO_SMEAR)
