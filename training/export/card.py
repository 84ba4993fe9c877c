"""The model card as people read it, written from card.json and from nothing else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from classifier.inference.bundle import ModelBundle, seal
from training.atomic import read_json, write_text
from training.errors import BadData
from training.evaluation.figures import readable

MODEL_CARD = "MODEL_CARD.md"
_FILLED_BY_SEAL = ("format", "files")

_USE = """## Intended use

Proposes a class for every white cell, erythroblast and platelet detected on a photographed blood smear, for a pathologist
who confirms or changes each one before a report is signed. It counts nothing on its own, signs nothing, and is not meant
for photographs of anything but stained peripheral blood smears.
"""

_LIMITS = """## Limits

- Figures come from the sets named above. On a stain, scanner or camera not among them accuracy can be much lower; check it
  on your own signed cells before relying on it.
- Blasts, smudge cells and parasites are no class of this model. They come out as *unidentified* or as the nearest class.
- A cell whose score is under the threshold of its class, or whose image is unlike the training cells, is *unidentified*
  and waits for a person. Thresholds were chosen on the validation part; figures of that part are therefore slightly kind.
- The public sets carry no patient identities, so images of one patient can lie on both sides of a split.
"""


def describe_evaluation(result: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an evaluation that belongs in a card: counts, figures with intervals, calibration, confusion."""
    groups = result.get("groups") or {}
    kept = {
        key: result[key]
        for key in (
            "n",
            "accuracy",
            "accuracy_ci95",
            "macro_f1",
            "macro_f1_ci95",
            "per_class",
            "calibration",
            "confusion",
        )
        if key in result
    }
    if groups:
        kept["groups"] = {
            key: groups[key] for key in ("n", "right", "accuracy", "ci95", "image_accuracy_ci95") if key in groups
        }
    if "unidentified" in result:
        kept["unidentified"] = {k: v for k, v in result["unidentified"].items() if k != "thresholds"}
    return kept


def add_evaluation(directory: Path | str, evaluation: Path | str, *, name: str) -> ModelBundle:
    """Put the figures of an evaluation file under `name` into a bundle's card, and write the card again.

    Raises BadData when the file holds no accuracy and n.
    """
    bundle = ModelBundle.load(directory)
    result = read_json(evaluation)
    if not isinstance(result, dict) or not result.get("n") or "accuracy" not in result:
        message = f"{evaluation} is no evaluation: it has no accuracy and no n."
        raise BadData(message)
    card = {key: value for key, value in bundle.card.items() if key not in _FILLED_BY_SEAL}
    card["metrics"] = {**card.get("metrics", {}), name: describe_evaluation(result)}
    write_model_card(Path(directory), card)
    return seal(directory, card)


def write_model_card(directory: Path, card: Mapping[str, Any]) -> None:
    """Write MODEL_CARD.md from a card (without its files, which are sealed afterwards)."""
    spec = card["input"]
    lines = [
        f"# {card['name']} {card['version']}",
        "",
        "Written by `training export` from the figures it measured; not edited by hand.",
        "",
        f"- Network: {card['backbone']}, {spec['size_px']} px at {spec['um_per_px']:g} um/px"
        + (", white-balanced" if spec.get("white_balance") else ""),
        f"- Classes: {', '.join(readable(label) for label in card['labels'])}",
        f"- Made: {card.get('created', '')}",
        "",
        _USE,
        *_adapted_lines(card),
        *_data_lines(card.get("data", {})),
        *_training_lines(card.get("training", {})),
        *_figure_lines(card.get("metrics", {})),
        *_decision_lines(card),
        *_int8_lines(card.get("int8", {})),
        _LIMITS,
    ]
    plots = sorted(path.name for path in directory.glob("*.png"))
    if plots:
        lines += [
            "## Plots",
            "",
            *(f"![{name.removesuffix('.png').replace('_', ' ')}]({name})\n" for name in plots),
        ]
    write_text(directory / MODEL_CARD, "\n".join(lines).rstrip() + "\n")


def _adapted_lines(card: Mapping[str, Any]) -> list[str]:
    """What a variant for one microscope was made of, and what it gained on cells held out."""
    made = card.get("adapted")
    if not made:
        return []
    before, after = made["before"], made["after"]
    fitted = ", ".join(readable(label) for label in made["fitted_classes"])
    cells = ", ".join(f"{readable(label)} {n}" for label, n in made["cells"].items())
    patients = "patients not known" if made["patients"] is None else f"{made['patients']} patients"
    what = "the linear head" if made["fit"] == "head" else "a bias for each class"
    lines = [
        "## Calibrated for one microscope",
        "",
        f"A variant of {made['parent']} (card {card['parent'][:12]}) for **{made['name']}**"
        + (f": {made['scope']}." if made["scope"] else "."),
        "The network is the parent's, byte for byte; head, temperature, thresholds and the centre of the novelty score are its own.",
        "Not for another microscope, and void when the model in use is no longer that parent: calibrate again then.",
        "",
        f"- Labelled cells: {sum(made['cells'].values())} ({cells}), {patients}.",
        f"- Fitted: {what} for {fitted}; other classes keep the parent's weights.",
        (
            f"- Compared on {made['held_out']}; n {made['n']}, gain {100 * made['gain']:+.1f} points, at least"
            f" {100 * made['gain_at_least']:+.1f} with 95 % confidence."
        ),
    ]
    if made["home"]:
        home = made["home"]
        lines.append(f"- Home camera, n {home['n']}: {home['before']:.3f} before, {home['after']:.3f} after.")
    lines += [f"- {sentence}" for sentence in made["warnings"]]
    lines += [
        "",
        "| held-out cells | accuracy (95 % CI) | macro-F1 | ECE | unidentified | wrong and named |",
        "|---|---|---|---|---|---|",
        *(
            f"| {name} | {row['accuracy']:.3f} ({row['accuracy_ci95'][0]:.3f}-{row['accuracy_ci95'][1]:.3f})"
            f" | {row['macro_f1']:.3f} | {row['ece']:.3f} | {row['unidentified']['share']:.1%}"
            f" | {row['unidentified']['wrong_and_named']:.1%} |"
            for name, row in (("before", before), ("after", after))
        ),
        "",
        "Figures, data and training below `Data` are those of the parent's network; figures of this variant are `validation`.",
        "",
    ]
    return lines


def _data_lines(data: Mapping[str, Any]) -> list[str]:
    lines = ["## Data", ""]
    if data.get("description"):
        lines += [str(data["description"]), ""]
    crops = data.get("crops", {})
    if crops:
        lines += ["| part | source | cells | by class |", "|---|---|---|---|"]
        for split, sources in crops.items():
            for source, counts in sources.items():
                each = ", ".join(
                    f"{readable(label)} {n:,}" for label, n in sorted(counts.items(), key=lambda kv: -kv[1])
                )
                lines.append(f"| {split} | {source} | {sum(counts.values()):,} | {each} |")
        lines += ["", "Parts share no group of images (copies and near-duplicates found by content).", ""]
    return lines


def _training_lines(training: Mapping[str, Any]) -> list[str]:
    if not training:
        return []
    shown = {k: v for k, v in training.items() if v is not None and k != "labels"}
    return [
        "## Training",
        "",
        "| option | value |",
        "|---|---|",
        *(f"| {k} | {_plain(v)} |" for k, v in shown.items()),
        "",
    ]


def _figure_lines(metrics: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Figures",
        "",
        "95 % confidence intervals are bootstraps over groups (originals), not over images.",
        "",
        "| set | n | accuracy | interval | macro-F1 | per original | ECE | unidentified | accuracy on the rest |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_figure_line(name, result) for name, result in metrics.items()]
    for name, result in metrics.items():
        if result.get("per_class"):
            lines += [
                "",
                f"### {name}, by class",
                "",
                "| class | precision | recall | F1 | n |",
                "|---|---|---|---|---|",
            ]
            lines += [
                f"| {readable(label)} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} | {int(row['support'])} |"
                for label, row in result["per_class"].items()
            ]
    return [*lines, ""]


def _figure_line(name: str, result: Mapping[str, Any]) -> str:
    groups, left = result.get("groups", {}), result.get("unidentified", {})
    low, high = groups.get("image_accuracy_ci95") or result.get("accuracy_ci95") or (0.0, 1.0)
    several = groups and groups["n"] < result["n"]
    ece = result.get("calibration", {}).get("ece_after")
    rest = left.get("accuracy_of_identified")
    cells = [
        name,
        f"{result['n']:,}",
        f"**{result['accuracy']:.4f}**",
        f"{low:.4f}-{high:.4f}",
        f"{result['macro_f1']:.4f}" if "macro_f1" in result else "",
        f"{groups['right']} of {groups['n']}" if several else "",
        f"{ece:.4f}" if ece is not None else "",
        f"{left['share']:.1%}" if left else "",
        f"{rest:.4f}" if rest is not None else "",
    ]
    return f"| {' | '.join(cells)} |"


def _decision_lines(card: Mapping[str, Any]) -> list[str]:
    if "temperature" not in card:
        return []
    lines = [
        "## Calibration and abstention",
        "",
        f"Temperature {card['temperature']:.4f}, fitted on the validation part.",
    ]
    if card.get("goal"):
        lines.append(f"Thresholds aim at {card['goal']:.1%} accuracy on what is kept, class by class:")
    lines += ["", "| class | least score |", "|---|---|"]
    lines += [f"| {readable(label)} | {value:.3f} |" for label, value in card.get("thresholds", {}).items()]
    novelty = card.get("novelty") or {}
    if novelty:
        lines += [
            "",
            f"Cells with a novelty score over {novelty['threshold']:.3f} are unidentified whatever their score.",
        ]
    if limit := novelty.get("camera_limit"):
        lines.append(
            f"A camera on which the median score of twenty cells is over {limit:.3f} counts as one the model does not know: one set "
            "in a thousand of validation cells of the main camera is."
        )
    return [*lines, ""]


def _int8_lines(int8: Mapping[str, Any]) -> list[str]:
    if not int8:
        return []
    abroad = int8.get("abroad")
    elsewhere = (
        f" On {abroad['cells']:,} of them in other stains, drawn by augmentation: another label on {abroad['changed']:.2%}, "
        f"accuracy {abroad['accuracy_float']:.4f} and {abroad['accuracy_int8']:.4f}."
        if abroad
        else ""
    )
    return [
        "## The int8 file",
        "",
        (
            f"Chosen by {int8['method']} among {len(int8.get('tried', []))} ways. On {int8['cells']:,} validation cells it "
            f"gives another label than float32 on {int8['changed']:.2%}; accuracy {int8['accuracy_float']:.4f} in float32, "
            f"{int8['accuracy_int8']:.4f} in int8.{elsewhere}"
        ),
        "",
    ]


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)
