"""``pronghorn race``: the table, the pictures, and what is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pronghorn.cli import main


def run(*words: str) -> int:
    """The exit status of the command."""
    try:
        main(["race", *words])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_table_says_who_arrives(capsys: pytest.CaptureFixture[str]) -> None:
    """The measured steps on Beale: Adam 56 at 0.5, momentum 185 at 0.002, SGD not in 200."""
    assert run("beale", "--racers", "SGD,Momentum,Adam") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Beale from (1, 1.5), 200 steps"
    told = {line.split()[0]: " ".join(line.split()[1:-1]) for line in lines[2:]}
    assert told == {
        "SGD": "0.02 not in time",
        "Momentum": "0.002 from step 185 on",
        "Adam": "0.5 from step 56 on",
    }


def test_rate_of_ones_own_goes_before_the_mode(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("rosenbrock", "--mode", "same", "--rate", "0.01", "--racers", "SGD,Adam:0.1") == 0
    sgd, adam = capsys.readouterr().out.splitlines()[2:]
    assert "0.01" in sgd and "diverged in step" in sgd
    assert adam.split()[1] == "0.1"


def test_formula_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("x^2 + 3y^2", "--domain=-2:2,-1:1", "--start", "1,1", "--racers", "SGD:0.1")
    assert run(*words, "--steps", "50") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert "no minimum known" in last
    # y shrinks by 0.4 and x by 0.8 a step: 0.8^100 remains of x².
    assert abs(float(last.split()[-1]) - 0.8**100) < 1e-3 * 0.8**100


def test_formula_begins_off_the_middle(capsys: pytest.CaptureFixture[str]) -> None:
    """An eighth of x's range and a quarter of y's: in the middle this one has its minimum."""
    assert run("x^2 + y^2", "--domain=-4:4,0:8", "--racers", "SGD:0.1", "--steps", "1") == 0
    assert capsys.readouterr().out.startswith("Your own surface from (-3, 2), 1 step\n")


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (("x^2",), "(-1.5)"),
        (("x^2", "--domain=0:8"), "(1)"),
        (("x^2", "--domain=0:8,-2:2"), "(1, -1)"),
        (("x^2 + y^2",), "(-1.5, -1)"),
        (("y",), "(-1.5, -1)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_formula_has_the_variables_that_stand_in_it(
    words: tuple[str, ...], start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words, "--racers", "SGD:0.1", "--steps", "1") == 0
    assert capsys.readouterr().out.startswith(f"Your own surface from {start}, 1 step\n")


def test_animation_has_a_frame_a_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = pytest.importorskip("PIL.Image", reason="needs Pillow, which Matplotlib brings")
    path = tmp_path / "race.gif"
    assert run("bowl", "--racers", "SGD,Adam", "--steps", "12", "--save", str(path)) == 0
    with image.open(path) as picture:
        assert picture.format == "GIF"
        assert picture.n_frames == 13
        assert picture.info["loop"] == 0
        first = picture.convert("RGB").tobytes()
        picture.seek(12)
        assert picture.convert("RGB").tobytes() != first
    assert list(tmp_path.iterdir()) == [path]
    assert f"wrote {path}" in capsys.readouterr().out


def test_animation_keeps_the_colours_of_the_racers(tmp_path: Path) -> None:
    """The fifth of six racers has a colour of Okabe and Ito's, #56B4E9, and few pixels of it."""
    image = pytest.importorskip("PIL.Image", reason="needs Pillow, which Matplotlib brings")
    path = tmp_path / "race.gif"
    assert run("rosenbrock", "--mode", "same", "--steps", "8", "--save", str(path)) == 0
    with image.open(path) as picture:
        picture.seek(8)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(4096)}
    sky = (0x56, 0xB4, 0xE9)
    assert min(sum(abs(a - b) for a, b in zip(sky, c, strict=True)) for c in colours) <= 6


@pytest.mark.parametrize(
    ("ending", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")]
)
def test_still_picture(tmp_path: Path, ending: str, begins: bytes) -> None:
    pytest.importorskip("matplotlib", reason="needs Matplotlib")
    path = tmp_path / f"race.{ending}"
    assert run("lecture", "--racers", "SGD", "--steps", "5", "--save", str(path)) == 0
    assert path.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("moon",), "moon"),
        (("bowl", "--racers", "walker"), "walker"),
        (("bowl", "--racers", "Adam:fast"), "Adam:fast"),
        (("bowl", "--mode", "best"), "best"),
        (("bowl", "--set", "k=1e9"), "k from 1 to 1000"),
        (("bowl", "--set", "k"), "NAME=NUMBER"),
        (("bowl", "--start", "1"), "start"),
        (("x^2 +",), "the end"),
        (("x^2 + y^2", "--domain", "1,2"), "LOW:HIGH"),
        (("bowl", "--save", "race.bmp"), ".gif"),
        (("bowl", "--save", "missing/race.png"), "received 'missing'"),
        (("beale", "--set", "k=3"), "no number"),
        (("beale", "--domain=-1:1,-1:1"), "--domain: expected a formula"),
        (("x^2", "--set", "k=3"), "--set: expected a surface by name"),
        (("x^2 + y^2", "--domain=-1:1"), "'y'"),
    ],
)
def test_wrong_words_are_refused_in_one_line(
    words: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == 1
    told = capsys.readouterr().err
    assert told.startswith("pronghorn: ") and told.count("\n") == 1
    assert says in told
    assert list(tmp_path.iterdir()) == []
