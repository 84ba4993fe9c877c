"""What the training library says of a calibration: kept in English, shown in the language of whoever reads it."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

OUTCOMES = (
    _("Too few labelled cells of images whose scale is known: %(cells)s, where %(least)s are the least."),
    _("Too few labelled cells to calibrate: %(cells)s, where %(least)s are the least."),
    _(
        "All labelled cells are of one patient, so nothing would show whether the calibration holds for another. "
        "Label cells of at least %(patients)s patients."
    ),
    _(
        "All labelled cells are of two patients, so nothing would show whether the calibration holds for another. "
        "Label cells of at least %(patients)s patients."
    ),
    _("All labelled cells are of one class. Calibration needs cells of every class that is to be told apart."),
    _("All %(cells)s labels agree with the model: there is nothing to correct, or the labels were taken from it."),
    _(
        "Calibration does not help beyond chance: accuracy on %(cells)s held-out cells %(before)s before, %(after)s after, "
        "a gain of %(gain)s points, at least %(sure)s with 95 %% confidence. "
        "More labelled cells may show more; else use the model as it is."
    ),
    _(
        "Calibration makes %(name)s worse: %(was)s of %(cells)s held-out cells right before, %(now)s after "
        "(accuracy on %(held_out)s held-out cells %(before)s before, %(after)s after). Label more cells of this class."
    ),
    _(
        "Calibration costs the home camera more than a point: accuracy on its %(cells)s cells %(before)s before, "
        "%(after)s (%(low)s-%(high)s) after."
    ),
    _("The cells are of %(patients)s patients; %(wise)s or more are better."),
    _(
        "Too few labelled cells to fit %(names)s: these keep the weights of the parent, and the others were kept from "
        "where it knows them. No figure here says how well that does on this microscope. Label some where they occur."
    ),
    _("%(model)s is calibrated already. Calibrate the model it was made from instead."),
    _("The calibration was cut short %(times)s times and was given up."),
    _("the cells of %(patients)s patients, two fifths, which the fit did not see"),
    _("each cell once, in %(folds)s folds by patient"),
)
"""Refusals, warnings, failures and how cells were held out, as a run or the card of a variant keeps them."""

NAMES = (
    _("neutrophil"),
    _("eosinophil"),
    _("basophil"),
    _("lymphocyte"),
    _("monocyte"),
    _("immature granulocyte"),
    _("erythroblast"),
    _("platelet"),
)
"""Classes within such a sentence."""
