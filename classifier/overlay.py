"""A field with its cells drawn into it and a legend beside it."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cases.cell_classes import BY_CODE
from classifier.inference.types import CellPrediction, ImageAnalysis, Rgb

# Colours on bright smears: Okabe and Ito's palette, told apart with every common form of colour blindness.
COLOURS: dict[str, str] = {
    "neutrophil": "#0072B2",
    "eosinophil": "#D55E00",
    "basophil": "#332288",
    "lymphocyte": "#009E73",
    "monocyte": "#CC79A7",
    "immature_granulocyte": "#882255",
    "erythroblast": "#B8860B",
    "platelet": "#117733",
    "unidentified": "#5F6670",
}
_INK, _PAPER, _FAINT = "#1F2933", "#FFFFFF", "#52606D"
_MOST_LISTED = 500
"""Cells with a line of their own: the sheet is as long as the legend, and a picture may have thousands."""
_LEGEND_PX, _LINE_PX, _MARGIN_PX = 290, 20, 12


def draw_overlay(rgb: Rgb, result: ImageAnalysis, *, title: str) -> Image.Image:
    """The image (H, W, 3) with a numbered box per cell; beside it number, class and score of each, counts, quality.

    The image keeps its size; a legend longer than the image makes the sheet longer.
    """
    height, width = rgb.shape[:2]
    lines = _legend(result, title)
    sheet = Image.new("RGB", (width + _LEGEND_PX, max(height, len(lines) * _LINE_PX + 2 * _MARGIN_PX)), _PAPER)
    sheet.paste(Image.fromarray(rgb), (0, 0))
    draw = ImageDraw.Draw(sheet)
    stroke = max(2, round(max(width, height) / 400))
    for number, cell in enumerate(result.cells, start=1):
        _draw_cell(draw, cell, number, stroke)
    font = ImageFont.load_default(size=13)
    for row, (text, colour) in enumerate(lines):
        draw.text((width + _MARGIN_PX, _MARGIN_PX + row * _LINE_PX), text, fill=colour, font=font)
    return sheet


def save_overlay(rgb: Rgb, result: ImageAnalysis, path: Path, *, title: str) -> None:
    """Write the overlay as a PNG, whole or not at all."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draw_overlay(rgb, result, title=title).save(draft, format="PNG", compress_level=3)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draw_cell(draw: ImageDraw.ImageDraw, cell: CellPrediction, number: int, stroke: int) -> None:
    colour, box = COLOURS.get(cell.label, _INK), cell.box
    draw.rectangle((box.x, box.y, box.x + box.w - 1, box.y + box.h - 1), outline=colour, width=stroke)
    font = ImageFont.load_default(size=10 + 2 * stroke)
    text = f"{number} {BY_CODE[cell.label].letter} {cell.score:.0%}"  # not translated
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    high, wide = bottom - top + 6, right - left + 8
    # Above the box where there is room, else inside it.
    y = box.y - high if box.y >= high else box.y
    draw.rectangle((box.x, y, box.x + wide, y + high), fill=colour)
    draw.text((box.x + 4 - left, y + 3 - top), text, fill=_PAPER, font=font)


def _legend(result: ImageAnalysis, title: str) -> list[tuple[str, str]]:
    lines = [(_short(title), _INK), (f"Quality: {result.quality.verdict}", _INK)]
    for reason in result.quality.reasons:
        lines += [(part, _FAINT) for part in _wrapped(reason)]
    lines += [(f"{result.um_per_px:.3f} um/px ({result.scale_source})", _FAINT), ("", _INK)]
    if not result.cells:
        lines.append(("No white cells found", _INK))  # not translated
    for number, cell in enumerate(result.cells[:_MOST_LISTED], start=1):
        known = BY_CODE[cell.label]
        guess = "" if cell.identified else f" ({BY_CODE[cell.best_label].label.lower()}?)"
        lines.append((f"{number}  {known.letter}  {known.label}{guess}  {cell.score:.1%}", COLOURS[cell.label]))
    if len(result.cells) > _MOST_LISTED:
        lines.append((f"and {len(result.cells) - _MOST_LISTED} more", _FAINT))  # not translated
    if result.cells:
        lines.append(("", _INK))
        lines += [(f"{count:>4}  {BY_CODE[label].plural}", _INK) for label, count in sorted(result.counts().items())]
    lines += [("", _INK), ("Not reviewed by a pathologist", _FAINT)]  # not translated
    return lines


def _short(text: str, most: int = 38) -> str:
    return text if len(text) <= most else f"…{text[1 - most :]}"


def _wrapped(text: str, most: int = 40) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > most:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]
