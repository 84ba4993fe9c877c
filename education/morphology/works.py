"""The works that the statements name."""

from education.morphology.morphology import Work

BAIN = Work(
    "Bain, ch. 3",
    "Bain BJ. Blood Cells: A Practical Guide. 5th ed. Wiley-Blackwell, 2015. Chapter 3, Morphology of blood cells.",  # not translated
)
DACIE = Work(
    "Dacie and Lewis, ch. 5",
    "Bain BJ, Bates I, Laffan MA. Dacie and Lewis Practical Haematology. 12th ed. Elsevier, 2017. "  # not translated
    "Chapter 5, Blood cell morphology in health and disease.",
)
STAINING = Work(
    "Dacie and Lewis, ch. 4",
    "Bain BJ, Bates I, Laffan MA. Dacie and Lewis Practical Haematology. 12th ed. Elsevier, 2017. "  # not translated
    "Chapter 4, Preparation and staining methods for blood and bone marrow films.",
)
ICSH = Work(
    "ICSH 2015",
    "Palmer L, Briggs C, McFadden S, et al. ICSH recommendations for the standardization of nomenclature and grading of "  # not translated
    "peripheral blood cell morphological features. Int J Lab Hematol 2015;37:287-303.",
)
CLSI = Work(
    "CLSI H20-A2",
    "CLSI. Reference Leukocyte (WBC) Differential Count (Proportional) and Evaluation of Instrumental Methods; Approved "  # not translated
    "Standard. 2nd ed. H20-A2. 2007.",
)
MONOCYTES = Work(
    "Goasguen 2009",
    "Goasguen JE, Bennett JM, Bain BJ, et al. Morphological evaluation of monocytes and their precursors. "  # not translated
    "Haematologica 2009;94:994-997.",
)
BLASTS = Work(
    "Mufti 2008",
    "Mufti GJ, Bennett JM, Goasguen J, et al. Diagnosis and classification of myelodysplastic syndrome: International "  # not translated
    "Working Group on Morphology of myelodysplastic syndrome (IWGM-MDS) consensus proposals for the definition and "
    "enumeration of myeloblasts and ring sideroblasts. Haematologica 2008;93:1712-1717.",
)
WHO = Work(
    "WHO 2017",
    "Swerdlow SH, Campo E, Harris NL, et al, editors. WHO Classification of Tumours of Haematopoietic and Lymphoid "  # not translated
    "Tissues. Revised 4th ed. IARC, 2017. Acute myeloid leukaemia and related precursor neoplasms.",
)
