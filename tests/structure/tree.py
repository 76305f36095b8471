"""The tree as the structure tests see it: which files there are, and what a Python file imports."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "pronghorn"
NATIVE = ROOT / "native"


@cache
def listed_files() -> tuple[Path, ...]:
    """Every file of the project: what git tracks or would track, else what lies there."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        # A source archive: there is no git, and nothing was built in it by us.
        paths = [path for path in ROOT.rglob("*") if ".venv" not in path.parts]
    else:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    return tuple(sorted(path for path in paths if path.is_file()))


def files_under(folder: Path, *suffixes: str) -> list[Path]:
    """The project's files in a folder with one of these suffixes; generated ones left out."""
    return [
        path
        for path in listed_files()
        if path.is_relative_to(folder) and path.suffix in suffixes and ".gen." not in path.name
    ]


def python_files() -> list[Path]:
    return files_under(PACKAGE, ".py")


def native_files() -> list[Path]:
    return files_under(NATIVE, ".h", ".cpp", ".inl")


def show(path: Path) -> str:
    """The path as test ids and messages name it."""
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    """src/pronghorn/ir/ops.py is pronghorn.ir.ops; a folder's __init__.py is the folder."""
    parts = ["pronghorn", *path.relative_to(PACKAGE).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_names(source: str, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything a file imports, wherever in the file it does so.

    `from a import b` gives `a.b`; relative imports are made absolute; `import_module("a.b")` and
    `__import__("a.b")` count too.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                keep = len(parts) - node.level + (1 if is_package else 0)
                base = ".".join([*parts[:keep], *([base] if base else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}"
        elif isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            first = node.args[0]
            is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
            if called in {"import_module", "__import__"} and is_text:
                yield node.lineno, first.value


@cache
def imports_of(path: Path) -> list[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    return list(imported_names(source, module_name(path), path.name == "__init__.py"))


def without_comments(source: str) -> str:
    """C++ with comments blanked out; the line numbers stay."""
    pattern = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)
