"""Neutrophils, as one class and by the shape of the nucleus."""

from django.utils.translation import gettext_lazy as _

from education.morphology.morphology import Morphology
from education.morphology.works import BAIN, CLSI, DACIE, ICSH

NEUTROPHIL = Morphology(
    code="neutrophil",
    size=BAIN.says(_("About twice as wide as a red cell, 12 to 15 µm.")),
    nucleus=BAIN.says(_("A curved band, or two to five lobes joined by threads.")),
    chromatin=DACIE.says(_("Dense and clumped.")),
    nucleoli=DACIE.says(_("None to be seen.")),
    cytoplasm=DACIE.says(_("Plenty, pale pink.")),
    granules=DACIE.says(_("Many, very fine, lilac; hardly seen one by one.")),
    nc_ratio=BAIN.says(_("Low: the nucleus takes about a third of the cell.")),
    fools=ICSH.says(_("Toxic granules are coarse and dark and can pass for those of a basophil.")),
    look_for=DACIE.says(_("Lobes or a band in an evenly pink cytoplasm.")),
)
SEGMENTED = Morphology(
    code="segmented",
    size=BAIN.says(_("About twice as wide as a red cell, 12 to 15 µm.")),
    nucleus=CLSI.says(_("Two to five lobes; at least one bridge between them is only a thread.")),
    chromatin=BAIN.says(_("Coarse clumps with clear gaps between them.")),
    nucleoli=DACIE.says(_("None to be seen.")),
    cytoplasm=DACIE.says(_("Plenty, pale pink.")),
    granules=DACIE.says(_("Many, very fine, lilac; hardly seen one by one.")),
    nc_ratio=BAIN.says(_("Low: the nucleus takes about a third of the cell.")),
    fools=CLSI.says(_("Lobes that lie on each other hide the thread; in doubt it is called segmented.")),
    look_for=ICSH.says(_("A thread between two lobes. Many with six lobes or more are hypersegmented.")),
)
BAND = Morphology(
    code="band",
    size=BAIN.says(_("About twice as wide as a red cell, 12 to 15 µm.")),
    nucleus=CLSI.says(_("A curved or coiled band; where it narrows, chromatin is still seen between two edges.")),
    chromatin=BAIN.says(_("Clumped, slightly less dense than in a segmented one.")),
    nucleoli=DACIE.says(_("None to be seen.")),
    cytoplasm=DACIE.says(_("Plenty, pale pink.")),
    granules=DACIE.says(_("Many, very fine, lilac; hardly seen one by one.")),
    nc_ratio=BAIN.says(_("Low: the nucleus takes less than half of the cell.")),
    fools=ICSH.says(_("People agree poorly on bands; many laboratories count them with the segmented ones.")),
    look_for=CLSI.says(_("Follow the nucleus from end to end: one thread is enough to call it segmented.")),
)

CLASSES = (NEUTROPHIL, SEGMENTED, BAND)
