"""Run folders: whole or not at all, and never over something else."""

import json

import pytest

from pronghorn.cli import _folder as folders
from pronghorn.errors import FileError


def write_run(folder, text):
    with folders.write_folder(folder) as draft:
        (draft / "report.md").write_text(text)
        folders.write_record(draft, {"data": text})


def list_all(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_run_appears_whole(tmp_path):
    run = tmp_path / "runs" / "first"
    with folders.write_folder(run) as draft:
        (draft / "a").write_text("a")
        assert not run.exists()
    assert list_all(run) == ["a"]
    assert list_all(tmp_path / "runs") == ["first"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError, SystemExit])
def test_what_ends_early_leaves_nothing(tmp_path, end):
    with pytest.raises(end), folders.write_folder(tmp_path / "runs" / "a" / "run") as draft:
        (draft / "a").write_text("a")
        raise end
    assert list_all(tmp_path) == []


def test_an_earlier_run_is_replaced(tmp_path):
    write_run(tmp_path / "run", "old")
    write_run(tmp_path / "run", "new")
    assert list_all(tmp_path) == ["run"]
    assert (tmp_path / "run" / "report.md").read_text() == "new"


def test_an_earlier_run_survives_one_that_fails(tmp_path):
    write_run(tmp_path / "run", "old")
    with pytest.raises(KeyboardInterrupt), folders.write_folder(tmp_path / "run"):
        raise KeyboardInterrupt
    assert list_all(tmp_path) == ["run"]
    assert (tmp_path / "run" / "report.md").read_text() == "old"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", "new")
    assert (tmp_path / "run" / "report.md").read_text() == "new"


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(FileError, match="a folder with other files"):
        folders.choose_folder("digits", str(tmp_path))
    with pytest.raises(FileError), folders.write_folder(tmp_path):
        pass
    assert list_all(tmp_path) == ["thesis.txt"]


def test_a_file_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(FileError, match="a file"):
        folders.choose_folder("digits", str(tmp_path / "run"))


def test_two_runs_in_one_second_get_two_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = set()
    for _ in range(3):
        folder = folders.choose_folder("digits", None)
        folder.mkdir(parents=True)
        names.add(folder)
    assert len(names) == 3
    assert all(str(folder.parent) == "runs" for folder in names)
    assert all(folder.name.startswith("digits-") for folder in names)


def test_a_model_is_found_with_its_record(tmp_path):
    (tmp_path / "model.npz").write_bytes(b"x")
    assert folders.find_model(str(tmp_path)) == (tmp_path / "model.npz", {})
    folders.write_record(tmp_path, {"task": "regression"})
    found = (tmp_path / "model.npz", {"task": "regression"})
    assert folders.find_model(str(tmp_path)) == found
    assert folders.find_model(str(tmp_path / "model.npz")) == found


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", json.dumps("text")])
def test_a_damaged_record_is_refused(tmp_path, text):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(FileError, match=r"run\.json: expected"):
        folders.read_record(tmp_path)
