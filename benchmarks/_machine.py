"""What this processor could do at best, and how much work a network is."""

import os
import platform
import re
from pathlib import Path

# int8 operations (a multiply and an add are two) per core and cycle, from the makers' optimisation manuals: AMX TDPBUSD
# 16 x 16 x 64 multiply-adds in 16 cycles; VNNI 64 multiply-adds an instruction, two ports at 512 bit, two at 256 bit;
# AVX2 without VNNI needs three instructions for what VNNI does in one; ARM SDOT 16 multiply-adds, four pipes.
_OPERATIONS_PER_CYCLE = (
    ("amx_int8", 2048),
    ("avx512_vnni", 256),
    ("avx_vnni", 128),
    ("avx2", 42),
    ("asimddp", 128),
)


def describe() -> dict[str, object]:
    """Model name, cores this process may use, clock in GHz, and the int8 instruction sets it has."""
    text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace") if Path("/proc/cpuinfo").exists() else ""
    flags = set((re.search(r"^(?:flags|Features)\s*:\s*(.*)$", text, re.MULTILINE) or ["", ""])[1].split())
    clocks = [float(value) for value in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", text, re.MULTILINE)]
    name = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    affinity = getattr(os, "sched_getaffinity", None)
    return {
        "cpu": name[1] if name else platform.processor() or platform.machine(),
        "cores": len(affinity(0)) if affinity else os.cpu_count() or 1,
        "ghz": round(max(clocks) / 1000, 3) if clocks else None,
        "int8": [flag for flag, _ in _OPERATIONS_PER_CYCLE if flag in flags],
    }


def int8_peaks(machine: dict[str, object]) -> dict[str, float]:
    """Theoretical int8 operations per second of all cores, by instruction set; empty when the clock is not known."""
    if not machine["ghz"]:
        return {}
    per_cycle = dict(_OPERATIONS_PER_CYCLE)
    return {
        name: per_cycle[name] * float(str(machine["ghz"])) * 1e9 * int(str(machine["cores"]))
        for name in machine["int8"]  # type: ignore[attr-defined]
    }


def operations(model: Path) -> int:
    """Operations (two per multiply-add) of one image through the convolutions and matrices of an ONNX file."""
    import onnx

    proto = onnx.shape_inference.infer_shapes(onnx.load(str(model)))
    shapes = {
        value.name: [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
        for value in (*proto.graph.value_info, *proto.graph.input, *proto.graph.output)
    }
    shapes |= {weight.name: list(weight.dims) for weight in proto.graph.initializer}
    total = 0
    for node in proto.graph.node:
        if node.op_type == "Conv":
            _, channels, height, width = shapes[node.output[0]]
            _, inputs, tall, wide = shapes[node.input[1]]
            total += channels * height * width * inputs * tall * wide
        elif node.op_type in {"Gemm", "MatMul"} and len(shapes.get(node.input[1], [])) == 2:
            rows, columns = shapes[node.input[1]]
            total += rows * columns
    return 2 * total


def peak_memory_mib() -> float:
    """Most memory this process ever held, MiB (the kernel's high-water mark since the program began)."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"), re.MULTILINE)
        if found:
            return round(int(found[1]) / 1024, 1)
    import resource

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20), 1)  # macOS counts bytes
