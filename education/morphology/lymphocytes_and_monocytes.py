"""Cells without lobes and with few granules."""

from django.utils.translation import gettext_lazy as _

from education.morphology.morphology import Morphology
from education.morphology.works import BAIN, DACIE, ICSH, MONOCYTES

LYMPHOCYTE = Morphology(
    code="lymphocyte",
    size=BAIN.says(_("Small ones little wider than a red cell, 10 to 12 µm; large ones up to 16 µm.")),
    nucleus=DACIE.says(_("Round, or with a slight notch.")),
    chromatin=BAIN.says(_("Dense, in smudged clumps without clear gaps.")),
    nucleoli=BAIN.says(_("Mostly hidden by the dense chromatin.")),
    cytoplasm=DACIE.says(_("A thin, clear, light blue rim; more of it in large ones.")),
    granules=ICSH.says(_("None; in large granular lymphocytes a few purple-red ones.")),
    nc_ratio=BAIN.says(_("High in small ones: the nucleus fills nearly all of the cell.")),
    fools=BAIN.says(_("A large one with plenty of cytoplasm passes for a monocyte.")),
    look_for=DACIE.says(_("A dense, smooth nucleus and a clear blue rim.")),
)
ATYPICAL_LYMPHOCYTE = Morphology(
    code="atypical_lymphocyte",
    size=BAIN.says(_("Larger than a normal lymphocyte, two to three red cells across.")),
    nucleus=DACIE.says(_("Oval, folded or lobed, often off the middle.")),
    chromatin=BAIN.says(_("Anything from clumped to rather open.")),
    nucleoli=BAIN.says(_("One or more may be seen.")),
    cytoplasm=DACIE.says(_("Plenty, unevenly blue, darker at the edge; it often hugs red cells beside it.")),
    granules=BAIN.says(_("None, or a few purple-red ones.")),
    nc_ratio=BAIN.says(_("Low to medium: much cytoplasm for a lymphocyte.")),
    fools=BAIN.says(_("It passes for a blast, but the smear shows many shapes beside it, not one.")),
    look_for=ICSH.says(_("Reactive where the cause is benign, abnormal where a tumour is suspected: describe it.")),
)
MONOCYTE = Morphology(
    code="monocyte",
    size=BAIN.says(_("The largest normal cell of blood, 12 to 20 µm.")),
    nucleus=MONOCYTES.says(_("Folded, kidney or horseshoe shaped, seldom round.")),
    chromatin=MONOCYTES.says(_("Loose and lacy, lighter than that of a lymphocyte.")),
    nucleoli=MONOCYTES.says(_("None to be seen.")),
    cytoplasm=DACIE.says(_("Plenty, grey-blue and cloudy as ground glass, often with vacuoles.")),
    granules=DACIE.says(_("Fine as dust, purple; may be hard to see.")),
    nc_ratio=BAIN.says(_("Low to medium: the nucleus takes about half of the cell.")),
    fools=BAIN.says(_("With a notch it passes for a metamyelocyte, when round for a large lymphocyte.")),
    look_for=DACIE.says(_("Grey, cloudy cytoplasm around a loose, folded nucleus.")),
)

CLASSES = (LYMPHOCYTE, ATYPICAL_LYMPHOCYTE, MONOCYTE)
