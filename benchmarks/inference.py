"""How fast the network is, one run, same machine, same images.

(a) predict       the usual web application: load once, `model.predict` on one image per request,
                  ResNet50 at 224 px
(b) tensorflow    the TensorFlow engine, compiled and batched, same network
(c) onnx-float    the ONNX engine, float32, same network
(c8) onnx-int8    the ONNX engine, static int8, same network and size
(d) shipped       the installed model with the default engine, at the input size it was shipped with

Each runs in a process of its own, so that start-up and memory are its own. Networks of (a)-(c8) have random weights:
speed does not depend on what was learnt. Run: python benchmarks/inference.py [--json FILE] [--only NAME ...]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import _machine  # noqa: E402
import numpy as np  # noqa: E402

from classifier.inference.bundle import KERAS_FILE, ONNX_FILE, ONNX_FLOAT_FILE, ModelBundle, seal  # noqa: E402
from classifier.inference.errors import InferenceError  # noqa: E402
from classifier.inference.labels import LABELS  # noqa: E402

SIZE_PX = 224
COUNTS = (1, 16, 64)
VARIANTS = ("predict", "tensorflow", "onnx-float", "onnx-int8", "shipped")
_SECONDS, _FEWEST, _MOST = 3.0, 3, 40
_STARTED = "HEMATOVISION_BENCHMARK_STARTED"


def drawn_images(size_px: int) -> np.ndarray:
    """The same 64 drawn cells for everybody, (64, size, size, 3) uint8."""
    from classifier.inference.synthetic import draw_cell_image

    drawn = [draw_cell_image(label, seed, size_px, um_per_px=22.4 / size_px) for seed, label in enumerate(LABELS)]
    return np.stack([np.rot90(drawn[i % 8], i // 8) for i in range(64)])


def prepare(folder: Path) -> None:
    """Build the 224 px network once: .keras, float32 and int8 ONNX, as a bundle in `folder`."""
    if (folder / "card.json").is_file():
        return
    from training.export.calibration import measure_ranges
    from training.export.int8 import quantise

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ONNX_FLOAT_FILE).is_file():
        os.environ.setdefault("KERAS_BACKEND", "tensorflow")
        from training.backbones import build_model
        from training.export.onnx_file import write_onnx

        model = build_model("resnet50", classes=len(LABELS), size_px=SIZE_PX)
        model.save(folder / KERAS_FILE)
        write_onnx(model, folder / ONNX_FLOAT_FILE)
    # Few images are enough: weights are random, so the ranges mean nothing beyond being finite.
    ranges = measure_ranges(folder / ONNX_FLOAT_FILE, drawn_images(SIZE_PX)[:2])
    quantise(folder / ONNX_FLOAT_FILE, folder / ONNX_FILE, ranges, method="minmax")
    card = {"name": "benchmark", "version": "1", "labels": list(LABELS)}
    seal(folder, {**card, "input": {"size_px": SIZE_PX, "um_per_px": 0.1}})


def prepare_apart(folder: Path) -> None:
    """As `prepare`, in a process of its own: TensorFlow must not be in the memory of what starts the others."""
    code = f"import sys; sys.path[:0] = {[str(ROOT), str(ROOT / 'benchmarks')]!r}; import inference, pathlib; inference.prepare(pathlib.Path({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  ourselves


def installed_model() -> Path:
    """The folder of the model `make run` would use."""
    named = os.environ.get("HEMATOVISION_MODEL_DIR")
    if named:
        return Path(named)
    current = ROOT / "model_store" / "CURRENT"
    return ROOT / "model_store" / (current.read_text().strip() if current.is_file() else "none")


def open_variant(name: str, folder: Path) -> tuple[Callable[[np.ndarray], Any], np.ndarray]:
    """What answers (N, S, S, 3) images, and the images."""
    from classifier.inference.engines import KerasEngine, OnnxEngine, load_engine

    bundle = ModelBundle.load(installed_model() if name == "shipped" else folder)
    images = drawn_images(bundle.size_px)
    if name == "predict":
        import keras

        model = keras.models.load_model(bundle.path(KERAS_FILE), compile=False)
        return (lambda batch: [model.predict(image[None], verbose=0) for image in batch]), images
    if name == "tensorflow":
        return KerasEngine(bundle).run, images
    if name == "onnx-float":
        return OnnxEngine(bundle, file=ONNX_FLOAT_FILE).run, images
    if name == "onnx-int8":
        return OnnxEngine(bundle, file=ONNX_FILE).run, images
    return load_engine(bundle).run, images


def measure(name: str, folder: Path) -> dict[str, Any]:
    """Start-up seconds, ms per image (median and best) by how many are asked at once, cells per second, memory."""
    run, images = open_variant(name, folder)
    run(images[:1])
    startup = time.time() - float(os.environ[_STARTED])
    result: dict[str, Any] = {"size_px": images.shape[1], "startup_s": round(startup, 2), "ms": {}, "best_ms": {}}
    result["processor_ms"] = {}
    for count in COUNTS:
        run(images[:count])
        spent: list[float] = []
        busy = time.process_time()
        while len(spent) < _MOST and (sum(spent) < _SECONDS or len(spent) < _FEWEST):
            began = time.perf_counter()
            run(images[:count])
            spent.append(time.perf_counter() - began)
        result["ms"][str(count)] = round(1e3 * statistics.median(spent) / count, 3)
        # All cores together; unlike the wall clock it hardly changes when the host is busy with other things.
        result["processor_ms"][str(count)] = round(1e3 * (time.process_time() - busy) / count / len(spent), 3)
        result["best_ms"][str(count)] = round(1e3 * min(spent) / count, 3)
    result["cells_per_s"] = round(1e3 / result["ms"]["64"], 1)
    result["peak_mib"] = _machine.peak_memory_mib()
    return result


def run_child(name: str, folder: Path) -> dict[str, Any] | None:
    """Measure one variant in a fresh process; None, with its complaint printed, when it cannot run."""
    command = [sys.executable, str(Path(__file__).resolve()), "--child", name, "--folder", str(folder)]
    environment = {**os.environ, _STARTED: str(time.time()), "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  ourselves
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"{name}: left out. {complaint}")
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(variants: dict[str, dict[str, Any]]) -> dict[str, dict[str, float]]:
    """How many times faster than (a), for one image and in batches (the better of 16 and 64)."""
    if "predict" not in variants:
        return {}
    base = variants["predict"]["ms"]
    return {
        name: {
            "one": round(base["1"] / found["ms"]["1"], 2),
            "batch": round(base["1"] / min(found["ms"]["16"], found["ms"]["64"]), 2),
        }
        for name, found in variants.items()
        if name != "predict"
    }


def shares(variants: dict[str, dict[str, Any]], folder: Path, machine: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Share of the processor's theoretical int8 rate reached in batches, by instruction set."""
    files = {"onnx-int8": folder / ONNX_FILE, "shipped": installed_model() / ONNX_FILE}
    result: dict[str, dict[str, float]] = {}
    for name, path in files.items():
        if name in variants and path.is_file():
            done = _machine.operations(path) * 1e3 / min(variants[name]["ms"]["16"], variants[name]["ms"]["64"])
            result[name] = {flag: round(done / peak, 4) for flag, peak in _machine.int8_peaks(machine).items()}
    return result


def show(report: dict[str, Any]) -> None:
    """Print the report as a table."""
    machine = report["machine"]
    print(
        f"{machine['cpu']}, {machine['cores']} cores, {machine['ghz']} GHz, int8: {', '.join(machine['int8']) or 'none'}"
    )
    print(
        f"{'':<12}{'px':>5}{'ms at 1':>9}{'at 16':>9}{'at 64':>9}{'cells/s':>9}{'start s':>9}{'MiB':>8}{'x one':>8}{'x batch':>9}"
    )
    for name, found in report["variants"].items():
        ratio = report["times_faster"].get(name, {"one": 1.0, "batch": 1.0})
        ms = found["ms"]
        print(
            f"{name:<12}{found['size_px']:>5}{ms['1']:>9.1f}{ms['16']:>9.1f}{ms['64']:>9.1f}{found['cells_per_s']:>9.1f}"
            f"{found['startup_s']:>9.1f}{found['peak_mib']:>8.0f}{ratio['one']:>8.1f}{ratio['batch']:>9.1f}"
        )
    for name, by_flag in report["share_of_int8_peak"].items():
        print(f"{name} reaches " + ", ".join(f"{share:.1%} of {flag}" for flag, share in by_flag.items()))


def main() -> int:
    """Run what was asked for; 1 when nothing could be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    parser.add_argument("--only", nargs="+", choices=VARIANTS, default=VARIANTS)
    parser.add_argument("--folder", type=Path, help="where the 224 px network is kept between runs")
    parser.add_argument("--child", choices=VARIANTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = options.folder or Path(os.environ.get("HEMATOVISION_VAR", ROOT / "var")) / "benchmarks" / "resnet50-224"
    if options.child:
        try:
            print(json.dumps(measure(options.child, folder)))
        except InferenceError as error:
            print(error.sentence, file=sys.stderr)
            return 1
        return 0
    if set(options.only) - {"shipped"}:
        prepare_apart(folder)
    machine = _machine.describe()
    variants = {name: found for name in options.only if (found := run_child(name, folder))}
    report = {
        "machine": machine,
        "variants": variants,
        "times_faster": compare(variants),
        "share_of_int8_peak": shares(variants, folder, machine),
    }
    show(report)
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if variants else 1


if __name__ == "__main__":
    sys.exit(main())
