"""A program under ``python -m pronghorn`` finds, prints and ends with what it does under Python."""

import json
import zipfile

import pytest

from runner.processes import run_python, write_files

TELL = """
import sys
print(sys.argv, __name__, __package__, __spec__ is None, sys.path[0])
print(sys.modules["__main__"].__dict__ is globals())
print(globals().get("__file__"), sorted(globals()), type(__loader__).__name__, __doc__)
"""
FILES = {
    "tell.py": f'"""A program."""{TELL}',
    "status.py": "import sys; sys.exit(3)",
    "words.py": "import sys; sys.exit('enough')",
    "raising.py": "def f():\n    raise ValueError('no')\n\ntry:\n    f()\nexcept ValueError as e:\n"
    "    raise KeyError(1) from e\n",
    "broken.py": "x = 1\ny = (\n",
    "bad_import.py": "import broken\n",
    "interrupted.py": "raise KeyboardInterrupt\n",
    "at_exit.py": "import atexit; atexit.register(print, 'the end'); 1 / 0\n",
    "coded.py": "# -*- coding: latin-1 -*-\nprint(__file__[-8:], 'é')\n",
    "package/__init__.py": "",
    "package/__main__.py": TELL,
    "package/inside.py": TELL + "from . import other\n",
    "package/other.py": "print(__name__)\n",
    "folder/__main__.py": TELL,
}
# Arguments of Python → what it is about. The standard input of all is a program.
CASES = {
    "script": ("tell.py", "-v", "--x=1", "-"),
    "script elsewhere": ("../here/tell.py",),
    "module": ("-m", "package.inside", "a", "-m"),
    "package": ("-m", "package", "a"),
    "module in one word": ("-mpackage",),
    "code": ("-c", TELL, "a", "-c"),
    "input": ("-", "a", "b"),
    "folder": ("folder", "a"),
    "archive": ("archive.pyz", "a"),
    "exit status": ("status.py",),
    "exit with words": ("words.py",),
    "traceback": ("raising.py",),
    "syntax": ("broken.py",),
    "syntax of an import": ("bad_import.py",),
    "traceback of code": ("-c", "import raising"),
    "interrupt": ("interrupted.py",),
    "exit functions": ("at_exit.py",),
    "source encoding": ("coded.py",),
    "no such script": ("missing.py",),
    "no such module": ("-m", "missing"),
    "package without main": ("-m", "json"),
    "folder without main": ("package/../empty",),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = write_files(tmp_path_factory.mktemp("programs") / "here", FILES)
    (folder / "empty").mkdir()
    with zipfile.ZipFile(folder / "archive.pyz", "w") as archive:
        archive.writestr("__main__.py", TELL)
    return folder


@pytest.mark.parametrize("case", CASES)
def test_program_is_as_under_python(case, here):
    arguments = CASES[case]
    plain = run_python(*arguments, cwd=here, stdin=TELL)
    ours = run_python("-m", "pronghorn", *arguments, cwd=here, stdin=TELL)
    assert (ours.status, ours.out, ours.own_err) == (plain.status, plain.out, plain.err)


def test_nothing_but_input_is_a_program_too(here):
    plain = run_python(cwd=here, stdin=TELL)
    ours = run_python("-m", "pronghorn", cwd=here, stdin=TELL)
    assert (ours.status, ours.out) == (plain.status, plain.out)


def test_run_of_the_command_line_is_the_same(here):
    code = "from pronghorn.cli import main; main()"
    ours = run_python("-c", code, "run", "--threads", "1", "tell.py", "--threads", cwd=here)
    assert ours.out == run_python("tell.py", "--threads", cwd=here).out
    assert ours.told == ["nothing was fitted"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--frob", "x.py"], "unknown option --frob"),
        (["--threads", "0", "x.py"], "expected a whole number >= 1, received '0'"),
        (["--engine", "nativ", "x.py"], "Did you mean 'native'?"),
        (["--report"], "argument expected for --report"),
        (["--report", "no/such/folder/r.json", "x.py"], "no such folder"),
        (["-m"], "argument expected for -m"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_usage_is_said_before_anything_runs(arguments, words, capsys):
    from pronghorn.runner import main

    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_commands_stay_where_no_program_has_their_name(here):
    (here / "doctor").mkdir()  # a folder of data
    ours = run_python("-m", "pronghorn", "doctor", cwd=here)
    assert (ours.status, "instruction set" in ours.out) == (0, True)


def test_start_imports_nothing_heavy(here):
    code = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    ours = run_python("-m", "pronghorn", "-c", code, cwd=here)
    heavy = {"numpy", "h5py", "typer", "sklearn", "keras", "tensorflow"}
    assert heavy & set(json.loads(ours.out)) == set()


def test_beginning_twice_is_beginning_once(here):
    """Python reads a .pth file twice where two of its folders are the same."""
    code = (
        "import sys; from pronghorn import runner; runner.start(); runner.start()\n"
        "print(len([f for f in sys.meta_path if type(f).__name__ == 'Finder']))\n"
        "runner.uninstall(); print('numpy' in sys.modules)"
    )
    ended = run_python("-c", code, cwd=here)
    assert (ended.out, ended.err) == ("1\nFalse\n", "")
