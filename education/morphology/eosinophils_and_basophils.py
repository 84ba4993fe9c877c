"""Granulocytes that are known by their granules."""

from django.utils.translation import gettext_lazy as _

from education.morphology.morphology import Morphology
from education.morphology.works import BAIN, DACIE

EOSINOPHIL = Morphology(
    code="eosinophil",
    size=BAIN.says(_("Slightly larger than a neutrophil, 12 to 17 µm.")),
    nucleus=BAIN.says(_("Mostly two lobes joined by a thread.")),
    chromatin=DACIE.says(_("Coarsely clumped.")),
    nucleoli=DACIE.says(_("None to be seen.")),
    cytoplasm=BAIN.says(_("Pale blue, mostly hidden by the granules.")),
    granules=DACIE.says(_("Large, round, all of one size, orange to red, packed tightly.")),
    nc_ratio=BAIN.says(_("Low: the nucleus takes about a third of the cell.")),
    fools=BAIN.says(_("With few granules or too blue a stain it passes for a neutrophil.")),
    look_for=DACIE.says(_("Bright round beads of one size that leave the nucleus free.")),
)
BASOPHIL = Morphology(
    code="basophil",
    size=BAIN.says(_("As a neutrophil or smaller, 10 to 14 µm.")),
    nucleus=DACIE.says(_("Two or three lobes, often hidden under granules.")),
    chromatin=BAIN.says(_("Clumped, its outlines blurred by the granules.")),
    nucleoli=DACIE.says(_("None to be seen.")),
    cytoplasm=BAIN.says(_("Pale lilac where it can be seen at all.")),
    granules=DACIE.says(_("Large, dark purple to black, of unequal size, also on top of the nucleus.")),
    nc_ratio=BAIN.says(_("Hard to judge: the granules hide the edge of the nucleus.")),
    fools=BAIN.says(_("The granules dissolve in water; pale holes remain and the cell passes for a neutrophil.")),
    look_for=DACIE.says(_("Dark granules lying on top of the nucleus.")),
)

CLASSES = (EOSINOPHIL, BASOPHIL)
