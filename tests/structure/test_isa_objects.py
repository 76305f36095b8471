"""An object compiled for one instruction set exports its table and nothing else.

A weak symbol (an inline function, a template of the standard library) that was compiled for
AVX-512 can win at link time and then run on a processor without it.
"""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from structure.tree import NATIVE, ROOT

FOREIGN = {"x86_64": {"isa_neon"}, "AMD64": {"isa_neon"}}.get(
    platform.machine(), {"isa_avx2", "isa_avx512", "isa_avx512_bf16", "isa_avx512_amx"}
)
EXPECTED = sorted({path.stem for path in NATIVE.glob("kernels/isa_*.cpp")} - FOREIGN)


def newest_object(isa: str) -> Path | None:
    found = [*ROOT.glob(f"build/*/**/{isa}.cpp.o"), *ROOT.glob(f"build/*/**/{isa}.o")]
    # What `make test-avx512` and `make test-memory` build is in no package.
    aside = {ROOT / "build" / name for name in ("avx512", "memory")}
    found = [path for path in found if aside.isdisjoint(path.parents)]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def skip_unless_ci(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def exported(listing: str) -> tuple[list[str], list[str]]:
    """(defined strong symbols with their kind, weak symbols) of `nm -P`'s listing."""
    strong, weak = [], []
    for line in listing.splitlines():
        name, kind = line.split()[:2]
        if kind in "WVwvu":
            weak.append(name)
        elif kind.isupper() and kind != "U":
            strong.append(f"{kind} {name}")
    return strong, weak


@pytest.mark.parametrize("isa", EXPECTED)
def test_isa_object_exports_its_table_only(isa: str) -> None:
    path = newest_object(isa)
    if path is None:
        skip_unless_ci("no build tree: `make build` keeps it in build/")
    if shutil.which("nm") is None:
        skip_unless_ci("nm is not installed (Debian, Ubuntu: apt install binutils)")
    command = ["nm", "-P", str(path)]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    strong, weak = exported(listing)
    assert weak == []
    assert len(strong) == 1, strong
    assert strong[0][0] in "DRBS", f"expected a data symbol, received {strong[0]}"


def test_isas_of_this_machine_are_expected() -> None:
    assert len(EXPECTED) >= 2, "native/kernels/isa_*.cpp: at least scalar and one vector ISA"


def test_checker_sees_weak_and_strong() -> None:
    listing = "table D 0 8\nstd_sort W 10 4\nlocal t 0 4\nneeded U\ncomdat u 0 1\n"
    assert exported(listing) == (["D table"], ["std_sort", "comdat"])
