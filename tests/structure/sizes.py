"""How long files and functions are. Past the smell they are reported, past the limit they fail."""

import ast
from pathlib import Path

from structure.tree import ROOT, files_under, listed_files, native_files, show

FILE_SMELL, FILE_LIMIT = 400, 500
FUNCTION_SMELL, FUNCTION_LIMIT = 60, 80

# What opens a brace at the left margin of C++ and is no function.
NOT_FUNCTIONS = ("namespace", "extern", "struct", "class", "enum", "union", "#", "//")


def file_lengths() -> list[tuple[str, int]]:
    """(path, lines) of every Python and C++ file, the longest first."""
    code = [path for path in listed_files() if path.suffix in {".py", ".pyi"}]
    lengths = [(show(path), line_count(path)) for path in {*code, *native_files()}]
    return sorted(lengths, key=lambda pair: -pair[1])


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def python_functions(source: str) -> list[tuple[str, int]]:
    """(name, lines) of each function; a docstring does not count, it is read elsewhere."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        first = node.body[0]
        if ast.get_docstring(node) is not None:
            length -= (first.end_lineno or first.lineno) - first.lineno + 1
        found.append((node.name, length))
    return found


def native_functions(source: str) -> list[tuple[str, int]]:
    """(head, lines) of each function at the left margin.

    The formatter leaves the content of a namespace at the margin and closes a body with a brace
    there, so that no parser is needed. Members inside a class are not seen.
    """
    found, start, head = [], 0, ""
    for number, line in enumerate(source.splitlines()):
        if line.startswith("}"):
            if head and not line.startswith("};") and not head.startswith(NOT_FUNCTIONS):
                found.append((head, number - start + 1))
            head = ""
        elif line and not line.startswith(" "):
            start, head = number, line
    return found


def smells() -> list[str]:
    """What is worth a look: long files and functions, the longest first."""
    found = [f"{length:5d}  {path}" for path, length in file_lengths() if length > FILE_SMELL]
    functions = []
    for path in files_under(ROOT / "src", ".py"):
        functions += [(n, show(path), f) for f, n in python_functions(path.read_text("utf-8"))]
    for path in native_files():
        functions += [(n, show(path), f) for f, n in native_functions(path.read_text("utf-8"))]
    functions.sort(reverse=True)
    return found + [f"{n:5d}  {path}: {f}" for n, path, f in functions if n > FUNCTION_SMELL]
