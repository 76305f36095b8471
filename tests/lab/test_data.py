"""The lab's data: the formulas of the generators, and tables that were read without trust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lab.viewers import Viewer
from pronghorn.errors import ParameterError
from pronghorn.lab._sheet import make_table, read_sheet
from pronghorn.lab._toys import toys
from pronghorn.lab.toys import compute_features, make_data
from tolerances import CHAIN_IN_FLOAT32, NEAR_ZERO_IN_FLOAT32, SPIRAL_BY_ANGLE, WORKED_IN_FLOAT32


def points(name: str, **options: Any) -> tuple[np.ndarray, np.ndarray]:
    """All points of a data set."""
    (x, y), (x_test, y_test) = make_data(name, **options)
    return np.concatenate([x, x_test]), np.concatenate([y, y_test])


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    yield made
    made.desk.close()


NAMES = [toy.name for toy in toys()]


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_same_points(name: str) -> None:
    for part, again in zip(make_data(name, noise=20), make_data(name, noise=20), strict=True):
        np.testing.assert_array_equal(part[0], again[0])
        np.testing.assert_array_equal(part[1], again[1])
    assert not np.array_equal(points(name)[0], points(name, seed=1)[0])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("split", [10, 50, 90])
def test_split_is_a_share_of_all(name: str, split: int) -> None:
    (x, _), (x_test, _) = make_data(name, split=split)
    assert len(x) == round(split / 100 * (len(x) + len(x_test)))


@pytest.mark.parametrize(
    ("name", "size"), [("circle", 500), ("plane", 1200), ("sine", 200), ("multi_gauss", 1200)]
)
def test_usual_sizes(name: str, size: int) -> None:
    assert len(points(name)[0]) == size


def test_circle_without_noise() -> None:
    """R = 5: the inner half within 2.5 is 1, the outer half lies between 3.5 and 5."""
    x, y = points("circle")
    r = np.hypot(x[:, 0], x[:, 1])
    assert y.sum() == 250
    assert r[y == 1].max() <= 2.5
    assert 3.5 <= r[y == 0].min() < r[y == 0].max() <= 5.0


def test_xor_without_noise() -> None:
    x, y = points("xor")
    np.testing.assert_array_equal(y, x[:, 0] * x[:, 1] >= 0)
    assert 0.3 <= np.abs(x).min() < np.abs(x).max() <= 5.3


def test_spiral_without_noise() -> None:
    """r = 5 i/n, t = 1.75 (i/n) 2 pi, so t = 0.7 pi r; the arms are half a turn apart."""
    x, y = points("spiral")
    r = np.hypot(x[:, 0], x[:, 1]).astype(np.float64)
    t = 0.7 * np.pi * r + np.where(y == 1, 0.0, np.pi)
    SPIRAL_BY_ANGLE.check(x, np.stack([r * np.sin(t), r * np.cos(t)], axis=1))
    NEAR_ZERO_IN_FLOAT32.check(np.sort(r[y == 1]), 5.0 * np.arange(250) / 250)


def test_plane_is_a_tenth_of_the_sum() -> None:
    """[-10, 10] goes to [-1, 1], and what lies beyond is not cut off."""
    x, y = points("plane")
    NEAR_ZERO_IN_FLOAT32.check(y, (x[:, 0] + x[:, 1]) / 10.0)
    assert y.max() > 1.0


def test_six_hills() -> None:
    """At a centre 1 or -1, one away a half, two away 0."""
    x, y = points("multi_gauss", size=5000)
    for centre, sign in (((-4.0, 2.5), 1.0), ((0.0, 2.5), -1.0), ((0.0, -2.5), 1.0)):
        distance = np.hypot(x[:, 0] - centre[0], x[:, 1] - centre[1])
        near = distance < 1.5
        NEAR_ZERO_IN_FLOAT32.check(y[near], sign * (1.0 - distance[near] / 2.0))
    assert np.all(y[np.abs(x[:, 1]) > 4.6] == 0.0)


# Shares measured on the original's own code: 24.9 % and 17.5 % of the labels at noise 50. With
# 5000 points and several seeds a share has a deviation below half a percent.
@pytest.mark.parametrize(("name", "share"), [("circle", 0.249), ("xor", 0.175)])
def test_half_noise_flips_labels(name: str, share: float) -> None:
    flips = []
    for seed in range(4):
        x, y = points(name, size=5000, noise=50, seed=seed)
        is_near = np.hypot(x[:, 0], x[:, 1]) < 2.5
        clean = is_near if name == "circle" else x[:, 0] * x[:, 1] >= 0
        flips.append(np.mean(y != clean))
    assert abs(np.mean(flips) - share) < 0.015


@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (25, 2.25), (50, 4.0)])
def test_clouds_widen_with_noise(noise: int, variance: float) -> None:
    x, y = points("gauss", size=5000, noise=noise)
    spread = np.concatenate([x[y == 1] - 2.0, x[y == 0] + 2.0]).var()
    assert abs(spread - variance) < 0.15 * variance


def test_above_and_below_a_function_of_the_user() -> None:
    x, y = points("above_below", function="x^2/4 - 2")
    np.testing.assert_array_equal(y, x[:, 1] > x[:, 0] ** 2 / 4 - 2)


def test_checkerboard() -> None:
    x, y = points("checker")
    np.testing.assert_array_equal(y, (np.floor(x[:, 0] / 3) + np.floor(x[:, 1] / 3)) % 2)


@pytest.mark.parametrize("name", ["rings", "blobs"])
@pytest.mark.parametrize("classes", [2, 5, 10])
def test_classes_are_all_there(name: str, classes: int) -> None:
    counts = np.bincount(points(name, classes=classes)[1])
    assert len(counts) == classes
    assert counts.min() == 500 // classes


def test_drawn_points_stay_and_erased_ones_go() -> None:
    plain = make_data("xor")
    drawn = make_data("xor", points=[[1, 2, 0], [3, 4, 1], [5, 5, 0]])
    more = make_data("xor", points=[[1, 2, 0], [3, 4, 1], [5, 5, 0], [0, 1, 1]])
    for part, with_three, with_four in zip(plain, drawn, more, strict=True):
        n = len(part[0])
        np.testing.assert_array_equal(with_three[0][:n], part[0])
        m = len(with_three[0])
        np.testing.assert_array_equal(with_four[0][:m], with_three[0])
    assert sum(len(part[0]) for part in drawn) == 503
    fewer = make_data("xor", erased=[0, 1, 499, 10_000])
    assert sum(len(part[0]) for part in fewer) == 497


def test_features_are_formulas() -> None:
    x = np.array([[0.5, -2.0]], np.float32)
    found = compute_features(["x1*x2", "sin(x1)", "x2^2", "exp(x1) + 1"], x)
    WORKED_IN_FLOAT32.check(found[0], [-1.0, np.sin(0.5), 4.0, np.exp(0.5) + 1.0])


# Tables.

TABLE = "length,width,colour,kind\n" + "\n".join(
    f"{i / 4},{(i * 7) % 11},{'red' if i % 2 else 'blue'},{'a' if i < 20 else 'b'}"
    for i in range(40)
)
ROLES = {"length": "input", "width": "input", "colour": "input", "kind": "target"}


def table_of(text: str = TABLE, roles: dict[str, str] = ROLES, **options: Any) -> Any:
    given = {"standardise": True, "missing": "drop", "split": 50, "seed": 0, **options}
    return make_table(read_sheet(text.encode(), "t.csv"), roles, **given)


def test_columns_are_described() -> None:
    described = read_sheet(TABLE.encode(), "t.csv").describe()
    kinds = {column["name"]: column["kind"] for column in described["columns"]}
    assert kinds == {"length": "number", "width": "number", "colour": "text", "kind": "text"}
    assert described["roles"] == ROLES
    assert described["rows"] == 40


def test_inputs_are_standardised_by_the_training_rows() -> None:
    table, _ = table_of()
    assert table.columns == ("length", "width", "colour = blue", "colour = red")
    train = table.train.columns[:, :2].astype(np.float64)
    NEAR_ZERO_IN_FLOAT32.check(train.mean(axis=0), [0.0, 0.0])
    WORKED_IN_FLOAT32.check(train.std(axis=0), [1.0, 1.0])
    np.testing.assert_array_equal(table.train.columns[:, 2:].sum(axis=1), 1.0)
    assert table.kind == "binary"
    assert table.class_names == ("a", "b")


def test_plain_inputs_stay_as_they_are() -> None:
    table, _ = table_of(standardise=False)
    both = np.concatenate([table.train.columns, table.test.columns])
    assert sorted(both[:, 0]) == [i / 4 for i in range(40)]


GAPS = TABLE.replace("0.25,7,red,a", "?,7,red,a").replace("0.5,3,blue,a", "NA,,blue,a")


def test_rows_with_gaps_are_left_out_aloud() -> None:
    table, said = table_of(GAPS)
    assert said["dropped"] == 2
    assert len(table.train) + len(table.test) == 38
    assert any("2 of 40 rows left out" in note for note in said["notes"])
    assert said["filled"] == 0


def test_gaps_are_filled_with_the_mean_aloud() -> None:
    _, said = table_of(GAPS, missing="mean")
    assert (said["rows"], said["dropped"], said["filled"]) == (40, 0, 3)


def test_rows_without_a_target_are_never_kept() -> None:
    _, said = table_of(TABLE.replace("0.25,7,red,a", "0.25,7,red,"), missing="mean")
    assert said["dropped"] == 1


@pytest.mark.parametrize(
    ("target", "kind"), [("colour", "binary"), ("length", "regression"), ("width", "regression")]
)
def test_task_follows_from_the_target(target: str, kind: str) -> None:
    roles = {"kind": "input", target: "target"}
    assert table_of(roles=roles)[0].kind == kind


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_and_a_byte_order_mark(delimiter: str) -> None:
    text = "\ufeff" + TABLE.replace(",", delimiter)
    assert len(read_sheet(text.encode(), "t.csv")) == 40


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-16", "UTF-16"), ("cp1252", "Windows-1252"), ("utf-8", None)],
)
def test_what_spreadsheets_write_is_read_aloud(encoding: str, note: str | None) -> None:
    text = TABLE.replace("colour", "größe").replace("red", "grün")
    described = read_sheet(text.encode(encoding), "t.csv").describe()
    assert [column["name"] for column in described["columns"]][2] == "größe"
    assert "grün" in described["columns"][2]["examples"]
    assert [note in text for text in described["notes"]] == ([] if note is None else [True])


def test_decimal_commas_are_numbers_aloud() -> None:
    """1,5 is 1.5 where a semicolon parts the cells; 1,2,3 stays text."""
    rows = "".join(f"{i},5;{i};{i},1,2;{'ab'[i % 2]}\n" for i in range(20))
    sheet = read_sheet(f"x;n;t;kind\n{rows}".encode(), "t.csv")
    kinds = [column["kind"] for column in sheet.describe()["columns"]]
    assert kinds == ["number", "number", "text", "text"]
    assert sheet.columns[0].numbers is not None
    assert sheet.columns[0].numbers.tolist() == [i + 0.5 for i in range(20)]
    assert sheet.notes == ("Commas are read as decimal points in x.",)


HOSTILE = {
    "empty": b"",
    "names alone": b"a,b\n",
    "few rows": b"a,b\n1,2\n",
    "no names": b"1,2\n" * 20,
    "ragged": b"a,b\n" + b"1,2\n" * 20 + b"1,2,3\n",
    "no text": b"a,b\n" + b"\x81\x8d,2\n" * 20,
    "half of UTF-16": b"\xff\xfea\0,\0b\0\n",
    "workbook": b"PK\x03\x04\x14\0\x06\0",
    "zero bytes": b"a,b\n" + b"\0,2\n" * 20,
    "open quote": b"a,b\n" + b'"1,2\n' * 20,
    "endless cell": b"a,b\n" + b"1," + b"9" * 200_000 + b"\n",
    "too many columns": b",".join(b"c%d" % i for i in range(600)) + b"\n" + b"1," * 599 + b"1\n",
    "too many cells": b"a,b\n" + b"1,2\n" * 500_001,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_table_is_refused(content: bytes) -> None:
    with pytest.raises(ParameterError, match="upload"):
        read_sheet(content, "t.csv")


def test_infinite_numbers_are_text() -> None:
    sheet = read_sheet(b"a,b\n" + b"1e999,inf\n" * 20, "t.csv")
    assert [column.numbers for column in sheet.columns] == [None, None]


BAD_ROLES = {
    "no target": {"length": "input"},
    "two targets": {"length": "input", "kind": "target", "colour": "target"},
    "no input": {"kind": "target"},
    "unknown column": {"depth": "input", "kind": "target"},
    "unknown role": {"length": "output", "kind": "target"},
}


@pytest.mark.parametrize("roles", BAD_ROLES.values(), ids=list(BAD_ROLES))
def test_roles_that_do_not_fit_are_refused(roles: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match="roles"):
        table_of(roles=roles)


def test_uploaded_table_is_learned(viewer: Viewer) -> None:
    viewer.desk.uploads.keep("k", TABLE.encode())
    assert viewer.ask("upload", upload="k", name="flowers.csv")["rows"] == 40
    viewer.ask("roles", roles=ROLES)
    optimizer = {"name": "adam", "parameters": {"learning_rate": 0.05}}
    config = {"data": {"name": "upload"}, "optimizer": optimizer}
    state = viewer.ask("configure", config=config)
    assert state["inputs"] == ["length", "width", "colour = blue", "colour = red"]
    assert state["classes"] == ["a", "b"]
    viewer.ask("step_epoch", epochs=100)
    assert viewer.ask("history")["rows"][-1][5] > 0.9
    with pytest.raises(ParameterError, match="POST /upload"):
        viewer.ask("upload", upload="k", name="again.csv")


def test_download_can_be_uploaded_again(viewer: Viewer) -> None:
    viewer.ask("configure", config={"data": {"name": "xor", "size": 50}})
    text = viewer.ask("download")["text"]
    sheet = read_sheet(text.encode(), "back.csv")
    x, _ = points("xor", size=50)
    back = np.array([column.numbers for column in sheet.columns[:2]]).T.astype(np.float32)
    np.testing.assert_array_equal(back, x)


def test_points_are_erased_around_a_place(viewer: Viewer) -> None:
    before = viewer.ask("configure", config={"data": {"name": "circle"}})
    viewer.ask("points", erase={"x1": 0.0, "x2": 0.0, "radius": 2.6})
    data = viewer.ask("data")
    left = np.array([*data["train"], *data["test"]])
    assert len(left) == 250
    assert np.hypot(left[:, 0], left[:, 1]).min() > 2.6
    state = viewer.ask("points", clear=True)
    assert state["train_rows"] == before["train_rows"]


def test_pictures(viewer: Viewer) -> None:
    pytest.importorskip("sklearn")
    state = viewer.ask("configure", config={"data": {"name": "digits"}})
    assert (state["task"], state["picture"], state["train_rows"]) == ("multiclass", [8, 8], 1437)
    images = viewer.ask("data")["images"]
    assert np.shape(images["samples"]) == (30, 64)
    shape = viewer.ask("filters")["shape"]
    assert shape == [8, 8]
    found = viewer.ask("predict", values=images["samples"][0])
    assert sum(found["outputs"]) == CHAIN_IN_FLOAT32.approx(1.0)
