"""The machine in words: processor, cores this process may use, system, Python."""

import os
import platform
import subprocess
from pathlib import Path

# What users set to choose a number of threads or instructions. Left as found; named in the report
# where set.
VARIABLES = (
    "PRONGHORN_NUM_THREADS",
    "PRONGHORN_ISA",
    "PRONGHORN_UNIT",
    "ATEN_CPU_CAPABILITY",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "XLA_FLAGS",
)


def processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def vector_isa() -> str:
    """The widest vector instructions the processor names."""
    cpuinfo = Path("/proc/cpuinfo")
    flags = set(cpuinfo.read_text().split()) if cpuinfo.exists() else set()
    known = {"avx512f": "AVX-512", "avx2": "AVX2", "asimd": "NEON"}
    return next((name for flag, name in known.items() if flag in flags), platform.machine())


def cache_bytes(level: int, otherwise: int = 1 << 20) -> int:
    """Bytes of one core's data cache of this level, as Linux tells."""
    for folder in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*"):
        kind = (folder / "type").read_text().strip()
        if kind != "Instruction" and int((folder / "level").read_text()) == level:
            text = (folder / "size").read_text().strip()
            return int(text[:-1]) * {"K": 1 << 10, "M": 1 << 20}[text[-1]]
    return otherwise


def describe_machine() -> dict[str, str]:
    settings = [f"{name}={os.environ[name]}" for name in VARIABLES if name in os.environ]
    load = f", load average {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    return {
        "processor": f"{processor_name()}, {usable_cores()} cores usable, {vector_isa()}{load}",
        "settings": ", ".join(settings) or "each peer's defaults",
        "system": platform.platform(),
        "python": platform.python_version(),
    }
