"""Precursors of granulocytes, from the blast to the metamyelocyte."""

from django.utils.translation import gettext_lazy as _

from education.morphology.morphology import Morphology
from education.morphology.works import BAIN, BLASTS, CLSI, ICSH, MONOCYTES, WHO

IMMATURE_GRANULOCYTE = Morphology(
    code="immature_granulocyte",
    size=BAIN.says(_("Mostly larger than a neutrophil, two to three red cells across.")),
    nucleus=ICSH.says(_("Round, oval or kidney shaped, never in lobes.")),
    chromatin=BAIN.says(_("Finer than in a neutrophil; the younger the cell, the finer.")),
    nucleoli=BAIN.says(_("Seen in promyelocytes, gone in later stages.")),
    cytoplasm=BAIN.says(_("Blue in the youngest, pink in the oldest.")),
    granules=BAIN.says(_("Purple-red ones first, fine lilac ones later.")),
    nc_ratio=BAIN.says(_("High in the youngest, about half of the cell in the oldest.")),
    fools=MONOCYTES.says(_("A monocyte has the same size and a bent nucleus, but grey, cloudy cytoplasm.")),
    look_for=ICSH.says(_("A nucleus without lobes in granular cytoplasm. Blasts are not among them.")),
)
METAMYELOCYTE = Morphology(
    code="metamyelocyte",
    size=BAIN.says(_("As a neutrophil or slightly larger.")),
    nucleus=CLSI.says(_("Kidney shaped; the notch is less deep than half of the nucleus.")),
    chromatin=BAIN.says(_("Clumped, less than in a band.")),
    nucleoli=BAIN.says(_("None to be seen.")),
    cytoplasm=BAIN.says(_("Pink, with little or no blue left.")),
    granules=BAIN.says(_("Fine and lilac; hardly any purple-red ones are left.")),
    nc_ratio=BAIN.says(_("Medium: the nucleus takes about half of the cell.")),
    fools=CLSI.says(_("A deeper notch makes it a band; in doubt it is called the more mature one.")),
    look_for=CLSI.says(_("How deep the notch is, against half of the nucleus.")),
)
MYELOCYTE = Morphology(
    code="myelocyte",
    size=BAIN.says(_("Larger than a neutrophil as a rule, 10 to 20 µm.")),
    nucleus=ICSH.says(_("Round or oval, often off the middle; one side may be flat.")),
    chromatin=BAIN.says(_("Coarser than in a promyelocyte, with some clumps.")),
    nucleoli=BAIN.says(_("None to be seen.")),
    cytoplasm=BAIN.says(_("On its way from blue to pink.")),
    granules=BAIN.says(_("Purple-red and fine lilac ones side by side.")),
    nc_ratio=BAIN.says(_("Medium: the nucleus takes half of the cell or slightly more.")),
    fools=MONOCYTES.says(_("A monocyte can be as round, but is grey and cloudy, with looser chromatin.")),
    look_for=BAIN.says(_("A round nucleus in granular cytoplasm that is partly pink.")),
)
PROMYELOCYTE = Morphology(
    code="promyelocyte",
    size=BAIN.says(_("Larger than a blast, two to three red cells across, 15 to 25 µm.")),
    nucleus=BLASTS.says(_("Round or oval, off the middle.")),
    chromatin=BLASTS.says(_("Fine, slightly coarser than in a blast.")),
    nucleoli=BAIN.says(_("One or more are seen.")),
    cytoplasm=BLASTS.says(_("Plenty, blue, with a pale zone beside the nucleus.")),
    granules=BAIN.says(_("Many, purple-red, also on top of the nucleus.")),
    nc_ratio=BAIN.says(_("High to medium: the nucleus takes more than half of the cell.")),
    fools=WHO.says(_("In promyelocytic leukaemia the granules may be too fine to see and the nucleus in two lobes.")),
    look_for=BLASTS.says(_("Purple-red granules and a pale zone beside a nucleus with nucleoli.")),
)
BLAST = Morphology(
    code="blast",
    size=BAIN.says(_("Very different: from one and a half to three red cells across.")),
    nucleus=BAIN.says(_("Round or oval, sometimes folded; it fills most of the cell.")),
    chromatin=BLASTS.says(_("Fine and even, without clumps.")),
    nucleoli=BLASTS.says(_("One or more, mostly clear.")),
    cytoplasm=BLASTS.says(_("Scanty and blue, without a pale zone beside the nucleus.")),
    granules=BLASTS.says(_("None or few; an Auer rod says that it is myeloid.")),
    nc_ratio=BLASTS.says(_("High: little cytoplasm is seen.")),
    fools=BAIN.says(_("A small one passes for a lymphocyte, an atypical lymphocyte for a blast.")),
    look_for=BLASTS.says(_("Fine chromatin and nucleoli in a scanty blue cell.")),
)

CLASSES = (IMMATURE_GRANULOCYTE, METAMYELOCYTE, MYELOCYTE, PROMYELOCYTE, BLAST)
