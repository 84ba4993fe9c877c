"""The report as a file that prints the same everywhere: PDF/A-3b, made in memory from the frozen content alone."""

from reports.pdf.montage import ClassPictures, class_pictures
from reports.pdf.rendering import Attached, PdfUnavailable, lay_out, pango_is_there, pdf_problem, render_pdf
from reports.pdf.watermark import mark_copy

__all__ = [
    "Attached",
    "ClassPictures",
    "PdfUnavailable",
    "class_pictures",
    "lay_out",
    "mark_copy",
    "pango_is_there",
    "pdf_problem",
    "render_pdf",
]
