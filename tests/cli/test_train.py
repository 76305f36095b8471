"""train, evaluate, predict, summary: from data to a run folder and back."""

import csv
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time

import numpy as np
import pytest

import pronghorn as keras
from tolerances import PRINTED_SHARE, PRINTED_SHARES, UNITS_OF_A_LINE

RNG = np.random.default_rng(7)
PICTURES = ["confusion.png", "curves.png", "examples.png"]
FILES = sorted([*PICTURES, "history.csv", "model.keras", "report.md", "run.json"])


def list_names(folder):
    return sorted(path.name for path in folder.iterdir())


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def words(text):
    return text.split()


def write_table(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    """One run on the digits, trained well enough to be right most of the time."""
    from pronghorn.cli import main

    folder = tmp_path_factory.mktemp("digits") / "run"
    options = words("--layers 64,32 --batch 16 --epochs 8 --seed 5 --verbose 0")
    with pytest.raises(SystemExit) as ended:
        main(["train", "digits", *options, "--out", str(folder)])
    assert not ended.value.code
    return folder


def test_a_run_folder_has_all_its_files(digits_run):
    assert list_names(digits_run) == FILES
    assert list_names(digits_run.parent) == ["run"]


def test_the_history_has_a_row_for_each_epoch(digits_run):
    header, *rows = read_csv(digits_run / "history.csv")
    assert header == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert [row[0] for row in rows] == [str(epoch) for epoch in range(1, 9)]
    losses = [float(row[2]) for row in rows]
    assert losses[-1] < losses[0]


def test_the_report_says_what_was_done(digits_run):
    text = (digits_run / "report.md").read_text(encoding="utf-8")
    # 64·64+64 + 64·32+32 + 32·10+10 = 4160 + 2080 + 330 parameters.
    assert "64 → 64 relu → 32 relu → 10 softmax (6,570 parameters)" in text
    assert "Adam, learning rate 0.001, batch 16, 8 epochs" in text
    # 1,437 rows less a tenth: 1,293 rows, 81 steps of 16 in 8 epochs.
    assert "for 648 steps" in text
    assert "| seed | 5 |" in text
    assert f"numpy {np.__version__}" in text
    assert all(f"]({name})" in text for name in PICTURES)


def test_the_digits_are_learnt(digits_run):
    record = json.loads((digits_run / "run.json").read_text(encoding="utf-8"))
    # A tenth is chance; a linear classifier reaches about nine tenths on this split.
    assert record["test"]["accuracy"] > 0.85
    assert record["class_names"] == list("0123456789")


def test_the_model_loads_and_gives_the_reported_accuracy(digits_run):
    model = keras.models.load_model(str(digits_run / "model.keras"))
    _, (x_test, y_test) = keras.datasets.digits.load_data()
    accuracy = np.mean(model.predict(x_test, verbose=0).argmax(axis=1) == y_test)
    record = json.loads((digits_run / "run.json").read_text(encoding="utf-8"))
    assert accuracy == PRINTED_SHARE.approx(record["test"]["accuracy"])


def test_evaluate_repeats_the_test(run, digits_run):
    record = json.loads((digits_run / "run.json").read_text(encoding="utf-8"))
    outcome = run("evaluate", digits_run, "digits")
    assert outcome.status == 0
    assert f"accuracy {record['test']['accuracy']:.4f}" in outcome.out
    assert f"loss {record['test']['loss']:.4f}" in outcome.out


def test_predict_writes_probabilities(run, digits_run, tmp_path):
    outcome = run("predict", digits_run, "digits", "--out", tmp_path / "p.csv")
    assert outcome.status == 0
    assert list_names(tmp_path) == ["p.csv"]
    header, *rows = read_csv(tmp_path / "p.csv")
    assert header[:3] == ["row", "predicted", "probability of 0"]
    assert len(rows) == 360
    for row in rows[:20]:
        shares = [float(cell) for cell in row[2:]]
        assert sum(shares) == PRINTED_SHARES.approx(1.0)
        assert int(row[1]) == int(np.argmax(shares))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes of POSIX")
def test_predict_writes_into_a_pipe_and_through_a_link(run, digits_run, tmp_path):
    """Neither is replaced by a file."""
    np.savez(tmp_path / "few.npz", x=np.zeros((2, 8, 8), "uint8"))
    few, pipe, link = (tmp_path / name for name in ("few.npz", "pipe", "link.csv"))
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("predict", digits_run, few, "--out", pipe).status == 0
        written = os.read(reading, 1 << 16)
    finally:
        os.close(reading)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    (tmp_path / "there.csv").write_text("older")
    link.symlink_to("there.csv")
    assert run("predict", digits_run, few, "--out", link).status == 0
    assert link.is_symlink()
    assert (tmp_path / "there.csv").read_bytes() == written
    assert written.count(b"\n") == 3


def test_predict_without_a_file_prints(run, digits_run, tmp_path):
    run("predict", digits_run, "digits", "--out", tmp_path / "p.csv")
    outcome = run("predict", digits_run, "digits")
    assert outcome.out == (tmp_path / "p.csv").read_text(encoding="utf-8")


def test_summary_shows_layers_and_origin(run, digits_run):
    outcome = run("summary", digits_run)
    assert "hidden_2 (Dense)" in outcome.out
    assert "trained on digits; test: " in outcome.out


def test_the_same_seed_gives_the_same_run(run, here):
    for name in ("first", "second"):
        options = words("--epochs 2 --dropout 0.2 --l2 0.001 --seed 3 --verbose 0")
        assert run("train", "digits", *options, "--out", name).status == 0
    first, second = (read_csv(here / name / "history.csv") for name in ("first", "second"))
    assert first == second


def test_the_default_folder_is_named_after_data_and_time(run, here):
    outcome = run("train", "digits", "--layers", "", "--epochs", "1", "--verbose", "0")
    assert outcome.status == 0
    (folder,) = (here / "runs").iterdir()
    assert re.fullmatch(r"digits-\d{8}-\d{6}", folder.name)
    assert f"wrote runs/{folder.name}: model.keras, " in outcome.out
    assert "network: 64 → 10 softmax (650 parameters)" in outcome.out


def test_what_cannot_be_had_becomes_digits(run, here):
    # A file that is too short stands for every reason, without asking the network.
    (here / "data" / "fashion-mnist").mkdir()
    for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (here / "data" / "fashion-mnist" / f"{part}-ubyte").write_bytes(b"\0\0\x08\x03")
    outcome = run("train", "fashion_mnist", "--epochs", "1", "--verbose", "0", "--out", "run")
    assert outcome.status == 0
    assert outcome.err.startswith("fashion_mnist cannot be had here, so this trains on digits")
    assert outcome.err.count("\n") == 1
    assert "(`digits`)" in (here / "run" / "report.md").read_text(encoding="utf-8")


def make_kinds(n):
    """Two kinds that a line between them tells apart: big if a + b > 0."""
    a, b = RNG.normal(10, 3, n), RNG.normal(-200, 50, n)
    is_big = (a - 10) / 3 + (b + 200) / 50 > 0
    return [
        [f"{x:.5f}", f"{y:.5f}", "big" if big else "small"]
        for x, y, big in zip(a, b, is_big, strict=True)
    ]


def test_a_table_of_kinds(run, here):
    write_table(here / "kinds.csv", ["a", "b", "kind"], make_kinds(600))
    options = words("--target kind --epochs 20 --seed 1 --verbose 0 --out run")
    outcome = run("train", "kinds.csv", *options)
    assert outcome.status == 0, outcome.err
    assert "600" not in outcome.out  # 480 to train, 120 for the test
    assert "480 training rows of 2 columns, 120 for the test, 2 classes" in outcome.out
    assert list_names(here / "run") == FILES
    record = json.loads((here / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["class_names"] == ["big", "small"]
    assert record["test"]["accuracy"] > 0.93

    # Other rows, columns in another order, one more column of text, one class only.
    rows = [[b, "x", kind, a] for a, b, kind in make_kinds(40) if kind == "small"]
    write_table(here / "more.csv", ["b", "note", "kind", "a"], rows)
    outcome = run("evaluate", "run", "more.csv")
    assert outcome.status == 0, outcome.err
    assert float(re.search(r"accuracy (\S+),", outcome.out)[1]) > 0.8

    write_table(here / "unknown.csv", ["b", "a"], [row[:1] + row[-1:] for row in rows])
    outcome = run("predict", "run", "unknown.csv")
    header, *predictions = list(csv.reader(outcome.out.splitlines()))
    assert header == ["row", "predicted", "probability of big", "probability of small"]
    said = [row[1] for row in predictions]
    assert len(said) == len(rows)
    assert said.count("small") > 0.8 * len(rows)


def test_a_file_of_another_encoding_is_refused(run, here):
    write_table(here / "kinds.csv", ["a", "b", "kind"], make_kinds(100))
    run("train", "kinds.csv", *words("--target kind --epochs 1 --verbose 0 --out run"))
    (here / "latin.csv").write_bytes("a,b,kind\n1,2,groß\n".encode("latin-1"))
    for command in ("evaluate", "predict"):
        outcome = run(command, "run", "latin.csv")
        assert outcome.status == 1
        assert outcome.err.startswith("pronghorn: latin.csv: expected UTF-8 text, received other")
        assert outcome.err.count("\n") == 1


def test_a_value_that_is_the_number_of_a_column_is_no_header(run, here):
    """The first line "0.5,-2,1" names nothing, though the target, column 2, follows a column 1."""
    rows = [[0.5, -2, 1], [1.5, 2, 0], [0.1, -3, 1], [1.1, 3, 0]] * 5
    write_table(here / "plain.csv", rows[0], rows[1:])
    assert run("train", "plain.csv", *words("--target 2 --epochs 1 --out run")).status == 0
    outcome = run("evaluate", "run", "plain.csv")
    assert outcome.status == 0, outcome.err
    assert "(20 rows: all rows of plain.csv)" in outcome.out


def test_a_missing_file_and_a_folder_to_write_are_named(run, here):
    write_table(here / "kinds.csv", ["a", "b", "kind"], make_kinds(20))
    options = words("--target kind --epochs 1 --verbose 0 --out run")
    assert run("train", "kinds.csv", *options).status == 0
    for command in ("evaluate", "predict"):
        refused = run(command, "run", "missing.csv")
        assert refused.err.startswith("pronghorn: missing.csv: expected a readable file")
    refused = run("predict", "run", "kinds.csv", "--out", "data")
    assert refused.err.startswith("pronghorn: save 'data': expected the name of a file")


def test_an_unknown_class_is_refused(run, here):
    write_table(here / "kinds.csv", ["a", "b", "kind"], make_kinds(100))
    options = words("--target kind --epochs 1 --verbose 0 --out run")
    run("train", "kinds.csv", *options)
    write_table(here / "odd.csv", ["a", "b", "kind"], [[1, 2, "big"], [1, 2, "huge"]])
    outcome = run("evaluate", "run", "odd.csv")
    assert outcome.status == 1
    assert outcome.err == (
        "pronghorn: odd.csv: expected one of the classes big, small, received 'huge' in row 1.\n"
    )


@pytest.mark.parametrize("sign", [";", "\\t"])
def test_cells_with_another_sign_between_them(run, here, sign):
    rows = make_kinds(100)
    write_table(here / "commas.csv", ["a", "b", "kind"], rows)
    text = (here / "commas.csv").read_text().replace(",", sign.replace("\\t", "\t"))
    (here / "kinds.csv").write_text(text)
    options = words("--target kind --epochs 1 --verbose 0 --out run")
    refused = run("train", "kinds.csv", *options)
    assert refused.status == 1
    assert f"--delimiter '{sign}'" in refused.err
    outcome = run("train", "kinds.csv", *options, "--delimiter", sign)
    assert outcome.status == 0, outcome.err
    # The run knows the sign; data that is written otherwise says its own.
    first, second = run("evaluate", "run", "kinds.csv"), run("predict", "run", "kinds.csv")
    assert (first.status, second.status) == (0, 0), first.err + second.err
    others = ("commas.csv", "--delimiter", ",")
    assert run("evaluate", "run", *others).out.split(" (")[0] == first.out.split(" (")[0]
    assert run("predict", "run", *others).out == second.out
    refused = run("evaluate", "run", "digits", "--target", "kind", "--delimiter", ";")
    assert refused.status == 1
    assert "expected no --target and no --delimiter with" in refused.err


def test_a_table_of_quantities(run, here):
    # price = 3000·size - 200·age + 50,000 with a little noise: a line that a net learns at once.
    size, age = RNG.uniform(20, 200, 800), RNG.uniform(0, 100, 800)
    price = 3000 * size - 200 * age + 50_000 + RNG.normal(0, 1000, 800)
    rows = [[f"{s:.4f}", f"{a:.4f}", f"{p:.4f}"] for s, a, p in zip(size, age, price, strict=True)]
    write_table(here / "homes.csv", ["size", "age", "price"], rows)
    options = words("--target price --epochs 30 --seed 1 --verbose 0 --out run")
    outcome = run("train", "homes.csv", *options)
    assert outcome.status == 0, outcome.err
    assert list_names(here / "run") == [name for name in FILES if name != "confusion.png"]
    record = json.loads((here / "run" / "run.json").read_text(encoding="utf-8"))
    assert record["task"] == "regression"
    assert record["test"]["r2"] > 0.98

    # The model that is saved speaks in the target's own units.
    write_table(here / "new.csv", ["size", "age"], [[100, 50], [50, 0]])
    outcome = run("predict", "run", "new.csv")
    header, first, second = list(csv.reader(outcome.out.splitlines()))
    assert header == ["row", "price"]
    # 3000·100 - 200·50 + 50,000 = 340,000 and 3000·50 + 50,000 = 200,000.
    assert float(first[1]) == UNITS_OF_A_LINE.approx(340_000)
    assert float(second[1]) == UNITS_OF_A_LINE.approx(200_000)

    outcome = run("evaluate", "run", "homes.csv")
    assert float(re.search(r"R² (\S+) ", outcome.out)[1]) > 0.98


def test_images_from_an_npz(run, here):
    images = RNG.integers(0, 256, (60, 5, 5)).astype(np.uint8)
    y = RNG.integers(0, 3, 60)
    arrays = {"x_train": images, "y_train": y, "x_test": images[:12], "y_test": y[:12]}
    np.savez(here / "patches.npz", **arrays)
    outcome = run("train", "patches.npz", "--epochs", "1", "--verbose", "0", "--out", "run")
    assert outcome.status == 0, outcome.err
    assert "60 training images of 5×5, 12 for the test, 3 classes" in outcome.out
    assert list_names(here / "run") == FILES
    outcome = run("evaluate", "run", "patches.npz")
    assert "(12 rows: test rows of patches.npz)" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "fashion_mnits"], "'fashion_mnist'"),
        (["train", "people"], "Files end in .csv or .npz"),
        (["train", "digits", "--optimizer", "adamm"], "'adam'"),
        (["train", "digits", "--activation", "relo"], "'relu'"),
        (["train", "digits", "--dropout", "1.5"], "1.5"),
        (["train", "digits", "--task", "ranking"], "'ranking'"),
        (["train", "digits", "--task", "regression"], "no --task regression with a data set"),
        (["train", "digits", "--target", "x"], "no --target with a data set"),
        (["train", "digits", "--drop", "a"], "no --drop with a data set"),
        (["train", "digits", "--delimiter", ";"], "no --delimiter with a data set"),
        (["train", "people", "--target", "x"], "Files end in .csv or .npz"),
        (["train", "a.npz", "--target", "x", "--delimiter", ";"], "no --target and no --delimiter"),
        (["train", "table.csv", "--target", "kind", "--delimiter", ";;"], "expected one sign"),
        (["train", "table.csv", "--target", "b", "--delimiter", ";"], "--delimiter ','"),
        (["train", "missing.csv", "--target", "y"], "missing.csv"),
        (["train", "missing.csv"], "No such file"),
        (["train", "table.csv"], "--target"),
        (["train", "large.csv", "--target", "kind"], "'a': expected numbers within ±3.4e+38"),
        (["train", "large.csv", "--target", "a", "--drop", "kind"], "received 1e+39 in row 3"),
        (["train", "nameless.csv", "--target", "a"], "--drop 1"),
        (["train", "table.csv", "--target", "kin"], "'kind'"),
        (["train", "alike.csv", "--target", "kind"], "at least 2 classes in kind, received 'x'"),
        (
            ["train", "alike.csv", "--target", "a", "--drop", "kind", "--task", "classification"],
            "at least 2 classes in a, received '1'",
        ),
        (["train", "digits", "--out", "data/.."], "other files"),
        (["train", "digits", "--out", "table.csv/run"], "where a folder can be made"),
        (["evaluate", "nowhere", "digits"], "nowhere"),
        (["predict", "table.csv", "digits"], "table.csv"),
        (["summary", "data"], "model.keras"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_refusal_is_one_line_and_leaves_nothing(run, here, arguments, message):
    write_table(here / "table.csv", ["a", "kind"], [[1, "x"], [2, "y"], [3, "x"]])
    write_table(here / "alike.csv", ["a", "b", "kind"], [[1, i, "x"] for i in range(9)])
    large = [[1, 1, "x"], [2, 1, "y"], ["1e39", 2, "x"], [2, 2, "y"]]
    write_table(here / "large.csv", ["a", "b", "kind"], large)
    write_table(here / "nameless.csv", ["a", ""], [[1, ""], [2, ""]])
    before = sorted(str(path) for path in here.rglob("*"))
    outcome = run(*arguments)
    assert outcome.status == 1
    assert message in outcome.err
    assert outcome.err.startswith("pronghorn: ")
    assert outcome.err.count("\n") == 1
    assert sorted(str(path) for path in here.rglob("*")) == before


def test_debug_shows_the_traceback(here):
    from pronghorn.cli import main

    with pytest.raises(keras.errors.UnknownNameError):
        main(["train", "fashion_mnits", "--debug"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "digits", "--layers", "3,x"],
        ["fit"],
        ["train", "digits", "--epochs", "0"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(run, here, arguments):
    assert run(*arguments).status == 2


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process on Windows")
def test_ctrl_c_ends_with_one_line_and_leaves_nothing(here):
    command = [sys.executable, "-m", "pronghorn", "train", "digits", "--epochs", "1000000"]
    process = subprocess.Popen(
        [*command, "--verbose", "2", "--out", "run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while "network: " not in (line := process.stdout.readline()):
            assert line, process.stderr.read()
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == "pronghorn: interrupted; files that were not finished are gone\n"
    assert list_names(here) == ["data"]


def test_the_training_is_shown(run, here):
    outcome = run("train", "digits", "--epochs", "2", "--out", "run")
    assert "Epoch 2/2\n" in outcome.out
    # 1,293 rows in batches of 32.
    assert outcome.out.count("41/41 ━━━━━━━━━━━━━━━━━━━━ ") == 2


def test_doctor_names_machine_engines_versions_and_folders(run, here):
    (here / "data" / "mnist").mkdir()
    outcome = run("doctor")
    assert outcome.status == 0
    assert f"numpy            {np.__version__}" in outcome.out
    assert f"PRONGHORN_DATA   {here / 'data'}: mnist" in outcome.out
    assert re.search(r"instruction set +(avx512|avx2|neon|scalar)\n", outcome.out)
    assert re.search(r"threads +\d+ \(of \d+ cores", outcome.out)
    assert re.search(r"present +native, reference\n", outcome.out)


def test_version_is_the_package_s(run):
    outcome = run("--version")
    assert (outcome.status, outcome.out) == (0, f"pronghorn {keras.__version__}\n")


def test_help_names_every_command(run):
    outcome = run("--help")
    assert outcome.status == 0
    for name in ("train", "evaluate", "predict", "summary", "doctor"):
        assert name in outcome.out
