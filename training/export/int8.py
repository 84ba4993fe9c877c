"""ONNX static int8: weights per channel, activations per tensor, ranges from training crops, chosen on validation."""

import logging
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.inference.types import Floats, Rgb
from training.atomic import whole_file
from training.errors import NotFit
from training.progress import progress

from .calibration import METHODS, OPERATORS, Ranges, measure_ranges


@dataclass(frozen=True)
class Plan:
    """Which part of a network runs in int8: these operators, save the first and last convolutions."""

    name: str
    operators: tuple[str, ...]
    float_first: int = 0
    float_last: int = 0

    def picks(self, nodes: Iterable[Any]) -> list[str]:
        """Names of the ONNX nodes to quantise."""
        wanted = [node for node in nodes if node.op_type in self.operators]
        convolutions = [node.name for node in wanted if node.op_type == "Conv"]
        kept = set(convolutions[: self.float_first])
        kept |= set(convolutions[len(convolutions) - self.float_last :] if self.float_last else ())
        return [node.name for node in wanted if node.name not in kept]


#: From the fastest to the most faithful; the first that is fit is taken. The first convolution sees raw pixels and the last
#: block decides between near classes: both lose more to eight bits than the rest, and cost little to keep.
PLANS = (
    Plan("all", OPERATORS),
    # Sums of two branches lose most and gain nothing: they only move numbers.
    Plan("convolutions", ("Conv",)),
    Plan("convolutions but the first", ("Conv",), float_first=1),
    Plan("convolutions but the first and the last block", ("Conv",), float_first=1, float_last=3),
)

#: Beyond either of these an int8 file is not published.
MOST_CHANGED_LABELS = 0.005
MOST_ACCURACY_LOST = 0.003
#: Nor beyond this on cells of other stains and cameras, where float32 itself is less sure.
MOST_ACCURACY_LOST_ABROAD = 0.01
_BATCH = 32


@dataclass(frozen=True)
class Labelled:
    """Views (N, S, S, 3) uint8 and their true class indices (N,)."""

    views: Rgb
    truth: NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """How far an int8 file is from its float original on validation cells.

    `changed`: share of cells whose label differs. `accuracy_float`, `accuracy_int8`: against the true labels.
    `divergence`: mean Kullback-Leibler divergence of the class probabilities, nats. `abroad`: the same on cells as other
    stains and cameras show them.
    """

    cells: int
    changed: float
    accuracy_float: float
    accuracy_int8: float
    divergence: float
    method: str
    plan: str = "all"
    abroad: "Agreement | None" = None

    @property
    def accuracy_lost(self) -> float:
        """Accuracy of the float file minus that of the int8 file, 0..1."""
        # As a share of counts: 0.997 - 0.994 is 0.0030000000000000027 in floating point.
        return round((self.accuracy_float - self.accuracy_int8) * self.cells) / max(self.cells, 1)

    @property
    def fit(self) -> bool:
        """Whether the int8 file may be published."""
        at_home = self.changed <= MOST_CHANGED_LABELS and self.accuracy_lost <= MOST_ACCURACY_LOST
        if self.abroad is None:
            return at_home
        # One cell of a small set is more than a hundredth of it, and says nothing.
        return at_home and self.abroad.accuracy_lost <= max(MOST_ACCURACY_LOST_ABROAD, 1 / self.abroad.cells)

    @property
    def strays(self) -> float:
        """How far it strays in all, to choose by: labels changed at home and, where measured, abroad."""
        return self.changed + (self.abroad.changed if self.abroad else 0.0)

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form."""
        facts = {**asdict(self), "accuracy_lost": self.accuracy_lost, "fit": self.fit}
        if self.abroad:
            facts["abroad"] = {**asdict(self.abroad), "accuracy_lost": self.abroad.accuracy_lost}
        return facts

    def require_fit(self) -> None:
        """Raise NotFit with both figures when the int8 file is too far from the float one."""
        if self.fit:
            return
        message = (
            f"The int8 file is not published: on {self.cells} validation cells it gives another label on "
            f"{self.changed:.2%} (at most {MOST_CHANGED_LABELS:.1%}) and loses {100 * self.accuracy_lost:.2f} points of "
            f"accuracy (at most {100 * MOST_ACCURACY_LOST:.1f})"
        )
        if self.abroad:
            message += (
                f"; on {self.abroad.cells} cells in other stains it loses {100 * self.abroad.accuracy_lost:.2f} points "
                f"(at most {100 * MOST_ACCURACY_LOST_ABROAD:.1f})"
            )
        message += "."
        raise NotFit(message)


def agreement(
    float_logits: Floats,
    int8_logits: Floats,
    truth: NDArray[np.int64],
    *,
    method: str = "",
    plan: str = "all",
    abroad: Agreement | None = None,
) -> Agreement:
    """Compare two sets of logits (N, C) on the same cells with their true class indices (N,)."""
    if not len(truth):
        message = "An int8 file is judged on validation cells, and there are none."
        raise NotFit(message)
    one, other = float_logits.argmax(axis=1), int8_logits.argmax(axis=1)
    p, q = _log_softmax(float_logits), _log_softmax(int8_logits)
    return Agreement(
        cells=len(truth),
        changed=float((one != other).mean()),
        accuracy_float=float((one == truth).mean()),
        accuracy_int8=float((other == truth).mean()),
        divergence=float((np.exp(p) * (p - q)).sum(axis=1).mean()),
        method=method,
        plan=plan,
        abroad=abroad,
    )


def quantise(
    float_path: Path | str,
    target: Path | str,
    ranges: Ranges,
    *,
    method: str,
    plan: Plan = PLANS[0],
) -> Path:
    """Write the int8 file with the ranges `method` gives, of the part of the network `plan` names.

    Activations are unsigned and weights signed, the pair that VNNI and AMX multiply natively. Weights are kept to 7 bits:
    processors with AVX2 but no VNNI add two products in 16 bits, and with 8 they would saturate and name cells
    otherwise than the processor the file was judged on.
    """
    import onnx
    from onnxruntime.quantization import CalibrationMethod, QDQQuantizer, QuantType
    from onnxruntime.quantization.calibrate import TensorsData

    table = {name: (np.float32(low), np.float32(high)) for name, (low, high) in ranges.by(method).items()}
    model = onnx.load(str(float_path))
    quantizer = QDQQuantizer(
        model,
        True,  # per channel
        True,  # weights of 7 bits
        QuantType.QInt8,
        QuantType.QUInt8,
        TensorsData(CalibrationMethod.MinMax, table),
        plan.picks(model.graph.node),
        [],
        list(plan.operators),
        {"ActivationSymmetric": False, "WeightSymmetric": True},
    )
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # the library advises a pre-processing step that was done here another way
    try:
        quantizer.quantize_model()
    finally:
        root.setLevel(level)
    with whole_file(target) as draft:
        quantizer.model.save_model_to_file(str(draft), False)
    return Path(target)


def run_logits(path: Path | str, crops: Rgb, *, label: str) -> Floats:
    """Logits (N, C) of an ONNX file on (N, S, S, 3) uint8 crops."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    starts = progress(range(0, len(crops), _BATCH), label=label, unit="batch")
    return np.concatenate([session.run(["logits"], {"image": crops[i : i + _BATCH]})[0] for i in starts])


def best_int8(
    float_path: Path | str,
    target: Path | str,
    *,
    calibration: Rgb,
    home: Labelled,
    abroad: Labelled,
    methods: Iterable[str] = tuple(METHODS),
) -> tuple[Agreement, list[Agreement]]:
    """Write the int8 file of the fastest plan that is fit, by the method that changes the fewest labels.

    `home` are validation cells, `abroad` cells in other stains. Gives the agreement of the file kept and those of all
    methods tried. The file is written only when it is fit; raises NotFit otherwise, with the figures of the best method.
    """
    float_home = run_logits(float_path, home.views, label="float32 on validation")
    float_abroad = run_logits(float_path, abroad.views, label="float32 in other stains")
    ranges = measure_ranges(float_path, calibration)
    tried: list[tuple[Agreement, Path]] = []
    with tempfile.TemporaryDirectory(prefix="int8.") as folder:
        for plan in PLANS:
            for method in methods:
                draft = Path(folder) / f"{len(tried)}.onnx"
                quantise(float_path, draft, ranges, method=method, plan=plan)
                label = f"int8 {plan.name}, {method}"
                shifted = run_logits(draft, abroad.views, label=f"{label}, other stains")
                there = agreement(float_abroad, shifted, abroad.truth, method=method, plan=plan.name)
                found = run_logits(draft, home.views, label=label)
                seen = agreement(float_home, found, home.truth, method=method, plan=plan.name, abroad=there)
                tried.append((seen, draft))
            if any(found.fit for found, _ in tried):
                break
        best, path = min(tried, key=lambda pair: (not pair[0].fit, pair[0].strays, pair[0].divergence))
        best.require_fit()
        with whole_file(target) as draft:
            draft.write_bytes(path.read_bytes())
    return best, [item for item, _ in tried]


def _log_softmax(logits: Floats) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
