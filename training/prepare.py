"""From folders to a manifest: every file checked, copies grouped, groups split, nothing leaking."""

import csv
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .atomic import write_json
from .datasets import SourceImage, read_source
from .errors import BadData
from .grouping.groups import Groups
from .grouping.image_check import Looked, look_at
from .grouping.near_duplicates import METHODS, choose_method, join_copies
from .manifest import MANIFEST, REPORT, Manifest, ManifestRow, write_manifest
from .split import DEFAULT_RATIOS, crossed_by_random_split, split_groups

FEWEST_PER_CLASS = 20
_MOST_NAMED = 5


@dataclass(frozen=True)
class PrepareOptions:
    """How a manifest is made; kept in its report.

    `near`: how copies are found (grouping.near_duplicates.METHODS). `groups`: CSV naming the original of each image.
    `never_train`: text file of originals that must stay in the test. `skip_bad`: leave unusable files out and go on.
    """

    ratios: tuple[float, float, float] = DEFAULT_RATIOS
    seed: int = 1
    near: str = "auto"
    groups: Path | None = None
    never_train: Path | None = None
    skip_bad: bool = False
    mixed_sizes: bool = False
    fewest: int = FEWEST_PER_CLASS


@dataclass
class _Notes:
    say: Callable[[str], None]
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        self.lines.append(line)
        self.say(line)


def prepare(
    sources: Sequence[str | Path],
    out: Path | str,
    *,
    options: PrepareOptions | None = None,
    say: Callable[[str], None] = print,
) -> Manifest:
    """Write `out`/manifest.csv and its report manifest.json; the same images and options give the same bytes.

    Raises BadData naming the file, folder or class for anything that cannot be trained on; then nothing is written.
    """
    options = options or PrepareOptions()
    if options.near not in METHODS:
        message = f"Copies are found by {', '.join(METHODS)}, not “{options.near}”."
        raise BadData(message)
    notes = _Notes(say)
    images = sorted({image for source in sources for image in read_source(source)})
    looked = look_at([image.path for image in images])
    images, looked = _without_bad(images, looked, options, notes)
    _check_sizes(images, looked, options)
    images, looked = _without_doubles(images, looked, notes)
    root = Path(os.path.commonpath([image.path.parent for image in images]))
    named = _named_groups(images, options)
    groups = _group(images, looked, named, root, options, notes)
    official = _official(images, groups, options)
    splits = split_groups([p.label for p in images], groups, official, ratios=options.ratios, seed=options.seed)
    _check_classes(images, splits, options)
    rows = sorted(
        ManifestRow(
            path=image.path.relative_to(root).as_posix(),
            label=image.label,
            group=group,
            split=split,
            sha256=look.sha256,
            width=look.width,
            height=look.height,
            source=image.source,
        )
        for image, look, group, split in zip(images, looked, groups, splits, strict=True)
    )
    manifest = Manifest(rows=tuple(rows), root=root)
    report = _report(manifest, groups, official, options, notes)
    write_json(Path(out) / REPORT, report)
    write_manifest(rows, Path(out) / MANIFEST)
    return manifest


def _without_bad(
    images: list[SourceImage], looked: list[Looked], options: PrepareOptions, notes: _Notes
) -> tuple[list[SourceImage], list[Looked]]:
    bad = [item.problem for item in looked if item.problem]
    if bad and not options.skip_bad:
        more = f" And {len(bad) - _MOST_NAMED} more." if len(bad) > _MOST_NAMED else ""
        message = f"{' '.join(bad[:_MOST_NAMED])}{more} Remove them, or pass --skip-bad to leave them out."
        raise BadData(message)
    for problem in bad:
        notes.add(f"Left out: {problem}")
    fit = [(p, item) for p, item in zip(images, looked, strict=True) if not item.problem]
    if not fit:
        message = "No image can be used."
        raise BadData(message)
    return [p for p, _ in fit], [item for _, item in fit]


def _check_sizes(images: Sequence[SourceImage], looked: Sequence[Looked], options: PrepareOptions) -> None:
    """The scale of a source is measured over all its images, so they must come from one camera at one size."""
    sides: dict[str, list[int]] = defaultdict(list)
    for image, item in zip(images, looked, strict=True):
        sides[image.source].append(max(item.width, item.height))
    for source, found in sides.items():
        if max(found) > 2 * min(found) and not options.mixed_sizes:
            message = (
                f"The images of {source} are from {min(found)} to {max(found)} px: not one camera at one scale. "
                "Give them as sources of their own (name=folder), or pass --mixed-sizes."
            )
            raise BadData(message)


def _without_doubles(
    images: list[SourceImage], looked: list[Looked], notes: _Notes
) -> tuple[list[SourceImage], list[Looked]]:
    """Keep one of each set of images with the same pixels; none when they carry different labels."""
    same: dict[str, list[int]] = defaultdict(list)
    for index, item in enumerate(looked):
        same[item.pixels].append(index)
    kept = []
    for members in same.values():
        labels = {images[i].label for i in members}
        if len(labels) > 1:
            names = ", ".join(f"{images[i].path} ({images[i].label})" for i in members)
            notes.add(f"Left out, one image under different classes: {names}.")
            continue
        # An official test copy wins: dropping it would move the test.
        first = max(members, key=lambda i: (images[i].split == "test", -i))
        kept.append(first)
        for i in members:
            if i != first:
                notes.add(f"Left out, the same image as {images[first].path}: {images[i].path}.")
    kept.sort()
    return [images[i] for i in kept], [looked[i] for i in kept]


def _named_groups(images: Sequence[SourceImage], options: PrepareOptions) -> list[str]:
    """The original each image came from, by the groups file, else by the source; empty where nobody knows."""
    if options.groups is None:
        return [image.group for image in images]
    table = _read_groups(options.groups)
    return [
        image.group or table.get("/".join(image.path.parts[-3:]), "") or table.get(image.path.name, "")
        for image in images
    ]


def _read_groups(path: Path) -> dict[str, str]:
    """A CSV with the column original (or group), and file with split and label, or path."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}"
        raise BadData(message) from error
    table = {}
    for row in rows:
        original = row.get("original") or row.get("group")
        name = row.get("path") or row.get("file")
        if not original or not name:
            message = f"{path} needs the columns original (or group) and file (or path)."
            raise BadData(message)
        if row.get("split") and row.get("label") and "path" not in row:
            name = f"{row['split']}/{row['label']}/{name}"
        table["/".join(Path(name).parts[-3:])] = original
    return table


def _group(
    images: Sequence[SourceImage],
    looked: Sequence[Looked],
    named: Sequence[str],
    root: Path,
    options: PrepareOptions,
    notes: _Notes,
) -> list[str]:
    """A group name for every image: named originals first, then copies found by content within each source.

    Where the groups of all images of a source are named, only one image of each group is compared with the others, to
    find originals that are themselves near-duplicates.
    """
    joined = Groups(len(images))
    first: dict[str, int] = {}
    for index, name in enumerate(named):
        if name:
            joined.join(first.setdefault(name, index), index)
    paths = [image.path for image in images]
    for source in sorted({image.source for image in images}):
        members, seen = [], set()
        for index, image in enumerate(images):
            if image.source == source and (not named[index] or joined.find(index) not in seen):
                members.append(index)
                seen.add(joined.find(index))
        method = choose_method([looked[i] for i in members]) if options.near == "auto" else options.near
        joins = join_copies(joined, members, paths, looked, method=method)
        notes.add(f"{source}: {len(members)} images compared by {method}, {joins} found to be copies of another.")
    roots = joined.roots()
    # The name of a group is its named original, else its first file: the same whatever order the files were found in.
    names: dict[int, str] = {}
    for index, found in enumerate(roots):
        names.setdefault(found, named[found] or images[found].path.relative_to(root).as_posix())
        if not named[found] and named[index]:
            names[found] = min(named[i] for i, other in enumerate(roots) if other == found and named[i])
    return [names[found] for found in roots]


def _official(images: Sequence[SourceImage], groups: Sequence[str], options: PrepareOptions) -> list[str]:
    """The official split of every image; originals that must never be trained on are test."""
    official = [image.split for image in images]
    if options.never_train is None:
        return official
    try:
        held_out = set(re.split(r"\s+", options.never_train.read_text(encoding="utf-8").strip()))
    except OSError as error:
        message = f"{options.never_train} cannot be read: {error}"
        raise BadData(message) from error
    return [
        "test" if g in held_out or p.path.name in held_out else part
        for p, g, part in zip(images, groups, official, strict=True)
    ]


def _check_classes(images: Sequence[SourceImage], splits: Sequence[str], options: PrepareOptions) -> None:
    counts = Counter(image.label for image in images)
    if len(counts) < 2:
        message = f"There is one class only, {next(iter(counts))}; a classifier needs at least two."
        raise BadData(message)
    few = [f"{label} ({n})" for label, n in sorted(counts.items()) if n < options.fewest]
    if few:
        message = f"Fewer than {options.fewest} images of {', '.join(few)}. Add images, or leave the class out."
        raise BadData(message)
    for split in ("train", "validation"):
        here = {p.label for p, s in zip(images, splits, strict=True) if s == split}
        missing = sorted(set(counts) - here)
        if missing:
            message = f"The images of {missing[0]} come from too few originals to have some in {split}."
            raise BadData(message)


def _report(
    manifest: Manifest, groups: Sequence[str], official: Sequence[str], options: PrepareOptions, notes: _Notes
) -> dict[str, Any]:
    labels = [row.label for row in manifest.rows]
    several, crossed = crossed_by_random_split(
        labels, [r.group for r in manifest.rows], ratios=options.ratios, seed=options.seed
    )
    if crossed:
        notes.add(
            f"WARNING: a random split of these images would have leaked. It would have put copies of the same original on "
            f"both sides for {crossed} of the {several} groups with more than one image. The split written here crosses none."
        )
    seen: dict[str, set[str]] = defaultdict(set)
    for group, part in zip(groups, official, strict=True):
        seen[group].add(part)
    straddling = sorted(group for group, parts in seen.items() if {"train", "test"} <= parts)
    if straddling:
        notes.add(
            f"WARNING: the official parts share {len(straddling)} originals, such as {straddling[0]}. Their training "
            "images were moved to the test."
        )
    return {
        "root": str(manifest.root),
        "ratios": list(options.ratios),
        "seed": options.seed,
        "near": options.near,
        "pictures": len(manifest.rows),
        "groups": len(set(groups)),
        "groups_of_several": several,
        "groups_a_random_split_crosses": crossed,
        "official_parts_share": straddling,
        "counts": manifest.counts(),
        "notes": notes.lines,
    }
