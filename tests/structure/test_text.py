"""Every file says what it owns, names no one's machine, and stays small enough to be read."""

import ast
import re
from pathlib import Path

import pytest

from structure.sizes import (
    FILE_LIMIT,
    FUNCTION_LIMIT,
    file_lengths,
    native_functions,
    python_functions,
)
from structure.tree import (
    PACKAGE,
    ROOT,
    files_under,
    listed_files,
    native_files,
    python_files,
    show,
)

# Folders of somebody's machine. Written in pieces, or this file would find itself.
MACHINE = re.compile(
    r"(?<![\w.])/(?:" + "|".join(["work", r"tmp/\w", r"home/\w", "root", "Users"]) + r")[/\w]"
)
TEXT = (".py", ".pyi", ".md", ".toml", ".h", ".cpp", ".inl", ".txt", ".json", ".yml", ".cmake", "")


def is_text(path: Path) -> bool:
    return path.suffix in TEXT and b"\0" not in path.read_bytes()[:4096]


def test_no_machine_paths() -> None:
    found = [
        f"{show(path)}:{number}: {line.strip()[:80]}"
        for path in listed_files()
        if is_text(path)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("text", ["see /" + "work/main", "cd /" + "tmp/x1", "/" + "home/ann/data"])
def test_machine_path_is_recognized(text: str) -> None:
    assert MACHINE.search(text)


@pytest.mark.parametrize(
    "text", ["/path/to/python", "a/wo" + "rk/b", "/usr/share/datasets", "~/.keras"]
)
def test_ordinary_path_is_not(text: str) -> None:
    assert not MACHINE.search(text)


@pytest.mark.parametrize("path", python_files(), ids=show)
def test_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


# A .cpp with a header of the same name says it there.
NATIVE_HEADS = [
    path for path in native_files() if path.suffix != ".cpp" or not path.with_suffix(".h").exists()
]


@pytest.mark.parametrize("path", NATIVE_HEADS, ids=show)
def test_native_file_says_what_it_owns(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(("//", "/*"))


# A number as tolerance; `isclose` has arguments of this name that are what is tested.
OWN_TOLERANCE = re.compile(r"^(?!.*isclose).*\b(rtol|atol|rel|abs)=\d", re.MULTILINE)
# Programs that run as they were written.
PROGRAMS = ("tests/runner/scripts_tf/", "tests/runner/decks/", "tests/acceptance/scripts/")


def test_tolerances_stand_in_one_place() -> None:
    found = [
        f"{show(path)}: {match.group().strip()}"
        for path in files_under(ROOT / "tests", ".py")
        if path.name not in ("tolerances.py", "test_text.py")
        and not show(path).startswith(PROGRAMS)
        for match in OWN_TOLERANCE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "is_own"),
    [
        ("assert a == pytest.approx(b, rel=1e-5)", True),
        ("np.testing.assert_allclose(a, b, atol=2)", True),
        ("assert a == WORKED_IN_FLOAT32.approx(b)", False),
        ("pytest.approx(b, abs=SCORE_VS_SCIKIT_LEARN.atol)", False),
    ],
)
def test_checker_finds_a_number_as_tolerance(line: str, is_own: bool) -> None:
    assert (OWN_TOLERANCE.search(line) is not None) is is_own


def test_files_stay_readable() -> None:
    assert [line for line, length in file_lengths() if length > FILE_LIMIT] == []


def test_functions_stay_readable() -> None:
    found = [
        f"{show(path)}: {name} has {length} lines"
        for path, functions in (
            *((path, python_functions) for path in files_under(PACKAGE, ".py")),
            *((path, native_functions) for path in native_files()),
        )
        for name, length in functions(path.read_text(encoding="utf-8"))
        if length > FUNCTION_LIMIT
    ]
    assert found == []


def test_python_lines_are_counted_without_the_docstring() -> None:
    source = 'def f():\n    """One\n\n    three."""\n    a = 1\n    return a\n'
    assert python_functions(source) == [("f", 3)]


def test_native_lines_are_counted() -> None:
    body = "  if (x) {\n  }\n  return x;\n}\n"
    source = (
        f"namespace a {{\nint f(int x) {{\n{body}int g(\n    int x) {{\n{body}}}  // namespace a\n"
    )
    assert native_functions(source) == [("int f(int x) {", 5), ("int g(", 6)]
