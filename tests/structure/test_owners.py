"""Some things have one owner: nobody else imports the library or touches the machine there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from structure.tree import (
    PACKAGE,
    files_under,
    imports_of,
    native_files,
    python_files,
    show,
    without_comments,
)

# Third-party or standard module: the only places below src/pronghorn that may import it.
IMPORT_OWNERS = {
    # Keras computes on it beside us, in tests and benchmarks.
    "jax": (),
    "jaxlib": (),
    "h5py": ("files/",),
    "pooch": ("_core/fetch.py",),
    "matplotlib": ("cli/", "lab/_race_picture.py", "models/_plot_drawing.py"),
    "typer": ("cli/",),
    "socket": ("lab/",),
    "http": ("lab/",),
    "starlette": ("lab/",),
    "uvicorn": ("lab/",),
    "websockets": ("lab/",),
    "urllib": ("_core/fetch.py",),
    "requests": (),
    # No file that is loaded may run code.
    "pickle": (),
    "marshal": (),
    "shelve": (),
    "dill": (),
    "cloudpickle": (),
    "joblib": (),
    # Ours: only the engines speak to the extension.
    "pronghorn._native": ("engines/",),
}

# What a Python file must not contain elsewhere: the spelling as ast.unparse writes it.
SPELLING_OWNERS = {
    r"\bos\.(environ|environb|getenv|getenvb|putenv|unsetenv)\b": (
        "_core/config.py",
        # Looked at as Python starts, before anything that takes time is imported.
        "runner/_environment.py",
    ),
    r"\bsys\.meta_path\b": ("runner/",),
    r"\ballow_pickle=True\b": (),
    r"(?<![\w.])(eval|exec)\(": ("runner/",),
}

# The same for C++, below native/.
NATIVE_OWNERS = {
    r"#\s*include\s*[<\"]nanobind/": ("bind/",),
    r"#\s*include\s*[<\"]Python\.h": ("bind/",),
    r"\w*(mmintrin|x86intrin|arm_neon|arm_sve)\.h|\b_mm(256|512)?_\w+|\b__m(128|256|512)\w*"
    r"|\bfloat32x[24]_t": ("kernels/simd", "tests/emulated_avx512.h"),
    r"\bcpuid\b|\b__cpuid\w*|\b_?xgetbv\b|\bgetauxval\b|\b__builtin_cpu_supports\b": ("core/cpu.",),
    r"\b(secure_)?getenv\b": ("kernels/dispatch.cpp",),
}


def imports_module(dotted: str, module: str) -> bool:
    return dotted == module or dotted.startswith(module + ".")


def foreign_lines(source: str, pattern: str) -> list[int]:
    return [i for i, text in enumerate(source.splitlines(), 1) if re.search(pattern, text)]


@cache
def code_of(path: Path) -> str:
    """A Python file without comments and docstrings, as ast.unparse writes it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(value=None)
    return ast.unparse(tree)


def is_owner(path: Path, base: Path, owners: tuple[str, ...]) -> bool:
    return path.relative_to(base).as_posix().startswith(owners) if owners else False


@pytest.mark.parametrize("module", IMPORT_OWNERS)
def test_module_is_imported_by_its_owner_only(module: str) -> None:
    found = [
        f"{show(path)}:{line}"
        for path in python_files()
        if not is_owner(path, PACKAGE, IMPORT_OWNERS[module])
        for line, dotted in imports_of(path)
        if imports_module(dotted, module)
    ]
    assert not found, f"{module} belongs to {IMPORT_OWNERS[module] or 'nobody'}"


@pytest.mark.parametrize("pattern", SPELLING_OWNERS)
def test_spelling_stands_at_its_owner_only(pattern: str) -> None:
    owners = SPELLING_OWNERS[pattern]
    found = [
        show(path)
        for path in python_files()
        if not is_owner(path, PACKAGE, owners) and foreign_lines(code_of(path), pattern)
    ]
    found += [
        f"{show(path)}: from os import …"
        for path in python_files()
        if "os" in pattern and not is_owner(path, PACKAGE, owners)
        for _, dotted in imports_of(path)
        if re.search(pattern, dotted)
    ]
    assert not found, f"{pattern} belongs to {owners or 'nobody'}"


@pytest.mark.parametrize("pattern", NATIVE_OWNERS)
def test_native_spelling_stands_at_its_owner_only(pattern: str) -> None:
    base = PACKAGE.parents[1] / "native"
    found = [
        f"{show(path)}:{line}"
        for path in native_files()
        if not is_owner(path, base, NATIVE_OWNERS[pattern])
        for line in foreign_lines(without_comments(path.read_text(encoding="utf-8")), pattern)
    ]
    assert not found, f"{pattern} belongs to {NATIVE_OWNERS[pattern]}"


def test_owners_named_here_exist() -> None:
    """A renamed owner would leave its rule guarding nothing."""
    named = {
        PACKAGE / owner
        for owners in (*IMPORT_OWNERS.values(), *SPELLING_OWNERS.values())
        for owner in owners
        if owner.endswith(".py")
    }
    assert named <= set(files_under(PACKAGE, ".py"))


@pytest.mark.parametrize(
    ("line", "is_foreign"),
    [
        ("  const __m512 a = _mm512_setzero_ps();", True),
        ("  for (; spins < limit; ++spins) __builtin_ia32_pause();", False),
        ('  const char* name = std::getenv("X");', True),
        ("#include <nanobind/ndarray.h>", True),
        ("/* std::getenv is not for here */", False),
        ("  const bool has = __builtin_cpu_supports(avx2);", True),
    ],
)
def test_checker_sees_foreign_code(line: str, is_foreign: bool) -> None:
    source = without_comments(line)
    assert any(foreign_lines(source, pattern) for pattern in NATIVE_OWNERS) is is_foreign
