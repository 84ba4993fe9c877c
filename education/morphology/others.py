"""What is no white cell, or no whole one."""

from django.utils.translation import gettext_lazy as _

from education.morphology.morphology import Morphology
from education.morphology.works import BAIN, DACIE, ICSH, STAINING

ERYTHROBLAST = Morphology(
    code="erythroblast",
    size=BAIN.says(_("A late one is slightly larger than a red cell; earlier ones are larger.")),
    nucleus=DACIE.says(_("Round; it may be off the middle, about to leave the cell.")),
    chromatin=BAIN.says(_("Almost black in late ones; in earlier ones coarse clumps with clear gaps.")),
    nucleoli=BAIN.says(_("None to be seen in the late ones that reach the blood.")),
    cytoplasm=DACIE.says(_("Pink or grey-pink as the red cells around it; blue in early ones.")),
    granules=DACIE.says(_("None; blue dots in it are basophilic stippling.")),
    nc_ratio=BAIN.says(_("Low to medium in late ones, high in early ones.")),
    fools=BAIN.says(_("A small lymphocyte has as dark a nucleus, but a clear light blue rim.")),
    look_for=ICSH.says(_("Cytoplasm of the colour of red cells. Reports call it a nucleated red blood cell.")),
)
PLATELET = Morphology(
    code="platelet",
    size=BAIN.says(_("A quarter to a third of a red cell, 1 to 3 µm.")),
    nucleus=DACIE.says(_("There is no nucleus.")),
    chromatin=DACIE.says(_("There is no nucleus, so there is none.")),
    nucleoli=DACIE.says(_("There is no nucleus, so there are none.")),
    cytoplasm=DACIE.says(_("Pale blue to lilac, often with a ragged edge.")),
    granules=DACIE.says(_("Fine, purple-red, often gathered in the middle.")),
    nc_ratio=DACIE.says(_("Does not apply: there is no nucleus.")),
    fools=DACIE.says(_("On a red cell it passes for a parasite; a pale halo around it tells them apart.")),
    look_for=ICSH.says(_("Small and granular, without a nucleus. Clumps make the count too low.")),
)
GIANT_PLATELET = Morphology(
    code="giant_platelet",
    size=ICSH.says(_("As large as a red cell, or larger.")),
    nucleus=DACIE.says(_("There is no nucleus, though crowded granules can look like one.")),
    chromatin=DACIE.says(_("There is no nucleus, so there is none.")),
    nucleoli=DACIE.says(_("There is no nucleus, so there are none.")),
    cytoplasm=BAIN.says(_("Plenty, pale blue to lilac, with a ragged edge.")),
    granules=ICSH.says(_("Fine, purple-red; in the middle or spread out, sometimes missing.")),
    nc_ratio=DACIE.says(_("Does not apply: there is no nucleus.")),
    fools=BAIN.says(_("Granules crowded in the middle make it pass for a small lymphocyte.")),
    look_for=ICSH.says(_("A granular middle without a sharp edge, and other large platelets nearby.")),
)
SMUDGE = Morphology(
    code="smudge",
    size=ICSH.says(_("Spread out, often wider than any whole cell.")),
    nucleus=ICSH.says(_("Burst, without an outline.")),
    chromatin=BAIN.says(_("A pink-purple smear, streaky or like a net.")),
    nucleoli=BAIN.says(_("A pale spot in a burst nucleus means nothing.")),
    cytoplasm=ICSH.says(_("None, or torn remains.")),
    granules=BAIN.says(_("None; where granules still tell the kind of cell, it is counted as that kind.")),
    nc_ratio=BAIN.says(_("Does not apply: the cell has burst.")),
    fools=BAIN.says(_("A rough spread makes them too; many whole lymphocytes beside them speak for a fragile clone.")),
    look_for=ICSH.says(_("No outline of nucleus or cytoplasm anywhere.")),
)
ARTEFACT = Morphology(
    code="artefact",
    size=STAINING.says(_("Any size.")),
    nucleus=STAINING.says(_("None, though crushed or dried matter can imitate one.")),
    chromatin=STAINING.says(_("None: an even colour, or grains, without the structure of chromatin.")),
    nucleoli=STAINING.says(_("None to be seen.")),
    cytoplasm=STAINING.says(_("None; often a sharp or shining edge.")),
    granules=STAINING.says(_("Deposited stain makes dark grains of unequal size, also between the cells.")),
    nc_ratio=STAINING.says(_("Does not apply: it is no cell.")),
    fools=DACIE.says(_("Deposited stain on a red cell passes for a platelet or a parasite.")),
    look_for=STAINING.says(_("The same thing between the cells, and another plane of focus.")),
)

CLASSES = (ERYTHROBLAST, PLATELET, GIANT_PLATELET, SMUDGE, ARTEFACT)
