"""English texts of models and analyses that the record keeps, named here for the translators.

`classifier.inference` knows no languages, and what it says of an image is kept with it; so is why an analysis failed.
`cases.words.in_words` tells them where they are shown.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

NO_SMEAR = _(
    "This does not look like a stained blood smear under the microscope: no cell was searched for in it. Send the picture "
    "that was taken through the objective; if this is one, the pathologist can say so."
)
OF_PICTURES = (
    _("The image is empty: no stained cell of any kind. Move to where the cells are."),
    _(
        "This is an image without colour, not a stained blood smear: no cell was searched for in it. Switch the camera to "
        "colour and retake it."
    ),
    NO_SMEAR,
    _("It does not look like a blood smear, and a pathologist says that it is one."),
    _("The image has almost no colour: check the camera's settings."),
    _("The colours are unusual for a blood smear: check the white balance."),
    _("A stained smear."),
    _("Nothing in this image has an edge: refocus on the cells and retake it."),
    _("Sharp."),
    _("Slightly out of focus: turn the fine focus and compare."),
    _("Out of focus: refocus at the feathered edge and retake the image."),
    _("Overexposed: most of the image is pure white. Lower the lamp or the exposure."),
    _("Too dark: raise the lamp or the exposure and retake the image."),
    _("Rather bright: pale cytoplasm may be lost. Lower the exposure a little."),
    _("Rather dark: raise the exposure a little."),
    _("Well lit."),
    _("No nucleus was found to judge the stain by."),
    _("Nuclei hardly stained: check the stain's age and time, and stain again."),
    _("Nuclei are pale: a longer stain would show the chromatin better."),
    _("The stain is too red: the buffer may be too acid."),
    _("The stain is too blue: the buffer may be too alkaline, or rinsing too short."),
    _("Well stained."),
    _("The scale was given."),
    _("The scale is this microscope's."),
    _("The scale was measured on the red cells."),
    _(
        "The scale of this image is not known: cells are found but not named. Enter the scale (µm per pixel) in the details "
        "of the case, name a microscope whose scale is known, or take a field that shows whole red cells beside the white ones."
    ),
)
"""What `classifier.inference` says of a picture."""

WITH_VALUES = (
    _(
        "The scale of this image was only estimated, on its white cells (give or take %(error)s): cells are found but not "
        "named. Enter the scale (µm per pixel) in the details of the case, name a microscope whose scale is known, or take a "
        "field that shows whole red cells beside the white ones."
    ),
    _(
        "Scale differs from this microscope's: the red cells speak for %(seen)s µm per pixel, not %(used)s, so cells are found "
        "but not named. Check the objective; if it was changed, enter the scale in the details of the case."
    ),
    _("The red cells speak for %(seen)s µm per pixel, not for the %(used)s given: check the scale."),
    _("The analysis was cut short %(times)s times and was given up."),
    _("The analysis stopped on a defect of the software (reference %(reference)s). It has been logged."),
    _("Attempt %(attempt)s stopped on a defect of the software (reference %(reference)s)."),
    _("The worker %(worker)s stopped answering."),
    _("To be analysed by %(model)s."),
    _("%(model)s answers for this image now."),
    _("%(model)s came into use."),
    _("The files of %(model)s are no longer on this installation."),
)
"""What is kept with values in it."""

OF_FILES = (_("It was not analysed."), _("The stored image cannot be read."))
"""What is said beside the reason why a stored image cannot be opened."""

DATA_SETS = (_("validation"), _("validation after calibration"), _("test"), _("held out test"))
"""What the sets are called that a model was measured on, as its card names them."""
