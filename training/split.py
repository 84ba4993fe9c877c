"""Who goes where: whole groups, the same share of every class, and always the same answer."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from .errors import BadData
from .manifest import SPLITS

DEFAULT_RATIOS = (0.70, 0.15, 0.15)


def read_ratios(text: str) -> tuple[float, float, float]:
    """Ratios such as “70/15/15” or “0.8/0.2/0”, made to sum to 1. Raises BadData with the text when they make no sense."""
    try:
        train, validation, test = (float(part) for part in text.split("/"))
    except ValueError:
        train = validation = test = -1.0
    total = train + validation + test
    if min(train, validation, test) < 0 or train <= 0 or validation <= 0:
        message = f"“{text}” are no ratios; give training/validation/test such as 70/15/15."
        raise BadData(message)
    return train / total, validation / total, test / total


def split_groups(
    labels: Sequence[str],
    groups: Sequence[str],
    official: Sequence[str],
    *,
    ratios: Sequence[float] = DEFAULT_RATIOS,
    seed: int = 1,
) -> list[str]:
    """The split of every image.

    A group with an official split keeps it (test before validation before training, so that nothing official leaks into
    training); a set with an official test but no validation has it cut from training in the proportion of the ratios.
    The other groups are dealt out class by class, largest first, to the split furthest below its share; groups of one
    size come in the order of a hash of their name and the seed, so the answer depends on nothing else.
    """
    images: dict[str, Counter[str]] = defaultdict(Counter)
    fixed: dict[str, str] = {}
    for label, group, part in zip(labels, groups, official, strict=True):
        images[group][label] += 1
        if part:
            fixed[group] = max(fixed.get(group, part), part, key=SPLITS.index)
    wanted = dict(zip(SPLITS, ratios, strict=True))
    if "test" in fixed.values():
        wanted["test"] = 0.0
    if "validation" in fixed.values():
        wanted["validation"] = 0.0
    # An official training part gives up its share of validation when the set has no official validation.
    free = {g for g in images if g not in fixed or (fixed[g] == "train" and wanted["validation"] > 0)}
    home = {g: part for g, part in fixed.items() if g not in free}
    by_class: dict[str, list[str]] = defaultdict(list)
    for group in free:
        by_class[_main_label(images[group])].append(group)
    for label in sorted(by_class):
        home.update(_deal(by_class[label], {g: sum(images[g].values()) for g in by_class[label]}, wanted, seed))
    return [home[group] for group in groups]


def _deal(groups: Sequence[str], sizes: Mapping[str, int], wanted: Mapping[str, float], seed: int) -> dict[str, str]:
    total = sum(sizes.values())
    share = sum(wanted.values())
    targets = {split: total * part / share for split, part in wanted.items() if part > 0}
    held = dict.fromkeys(targets, 0)
    home = {}
    for group in sorted(groups, key=lambda g: (-sizes[g], _shuffle(g, seed))):
        split = max(targets, key=lambda s: ((targets[s] - held[s]) / targets[s], targets[s]))
        home[group] = split
        held[split] += sizes[group]
    return home


def _main_label(counts: Counter[str]) -> str:
    return min(counts, key=lambda label: (-counts[label], label))


def _shuffle(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()


def crossed_by_random_split(
    labels: Sequence[str], groups: Sequence[str], *, ratios: Sequence[float], seed: int
) -> tuple[int, int]:
    """What a random split of single images would have done: (groups of more than one image, groups it crosses)."""
    alone = [f"{group} {number}" for number, group in enumerate(groups)]
    parts = split_groups(labels, alone, [""] * len(groups), ratios=ratios, seed=seed)
    seen: dict[str, set[str]] = defaultdict(set)
    sizes = Counter(groups)
    for group, part in zip(groups, parts, strict=True):
        seen[group].add(part)
    several = [group for group, size in sizes.items() if size > 1]
    return len(several), sum(len(seen[group]) > 1 for group in several)
