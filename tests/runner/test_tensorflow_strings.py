"""tf.strings: what TensorFlow 2.21 gives for the same texts."""

from collections.abc import Callable
from typing import Any

import pytest

from pronghorn.runner._tensorflow import RaggedTensor, strings

TEXTS = ["A bÉ", " x\ty  z "]
# Each result was printed by TensorFlow 2.21.
CASES: dict[str, tuple[Callable[[], Any], Any]] = {
    "lower": (lambda: strings.lower(TEXTS), ["a bÉ", " x\ty  z "]),
    "lower in Unicode": (lambda: strings.lower(TEXTS, encoding="utf-8"), ["a bé", " x\ty  z "]),
    "upper": (lambda: strings.upper("aé"), "Aé"),
    "strip": (lambda: strings.strip(TEXTS), ["A bÉ", "x\ty  z"]),
    "regex_replace": (lambda: strings.regex_replace(["a<br />b"], "<br />", " "), ["a b"]),
    "regex_replace first": (
        lambda: strings.regex_replace("aaa", "a(a)", r"[\1]", replace_global=False),
        "[a]a",
    ),
    "regex_full_match": (lambda: strings.regex_full_match(["ab", "abc"], "a."), [True, False]),
    "length": (lambda: strings.length(TEXTS), [5, 8]),
    "length in characters": (lambda: strings.length(TEXTS, unit="UTF8_CHAR"), [4, 8]),
    "substr": (lambda: strings.substr(["hello"], 1, 3), ["ell"]),
    "join": (lambda: strings.join([["a", "b"], "-", ["c", "d"]]), ["a-c", "b-d"]),
    "reduce_join": (lambda: strings.reduce_join([["a", "b"], ["c", "d"]], axis=1), ["ab", "cd"]),
    "reduce_join all": (lambda: strings.reduce_join(["a", "b"], separator=" "), "a b"),
    "as_string": (lambda: strings.as_string([1, -20]), ["1", "-20"]),
    "as_string of fractions": (lambda: strings.as_string([0.5], precision=2), ["0.50"]),
    "to_number": (lambda: strings.to_number(["1.5", "2"]), [1.5, 2.0]),
    "to_hash_bucket_fast": (lambda: strings.to_hash_bucket_fast(["a", "b"], 1000), [939, 822]),
    "split": (lambda: strings.split(TEXTS), [["A", "bÉ"], ["x", "y", "z"]]),
    "split one": (lambda: strings.split("a,b,c", sep=","), ["a", "b", "c"]),
    "unicode_split": (lambda: strings.unicode_split(["bÉ"], "UTF-8"), [["b", "É"]]),
}


def as_plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return [as_plain(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("make", "expected"), CASES.values(), ids=CASES)
def test_result_is_that_of_tensorflow(make: Callable[[], Any], expected: Any) -> None:
    found = make()
    plain = found.to_list() if isinstance(found, RaggedTensor) else found.numpy()
    assert as_plain(plain if isinstance(plain, bytes | list) else plain.tolist()) == expected


def test_ragged_rows_become_a_tensor() -> None:
    rows = strings.split(["a b", "c"])
    assert rows.to_tensor().numpy().tolist() == [[b"a", b"b"], [b"c", b""]]
    assert rows.to_tensor(default_value="-", shape=(None, 1)).numpy().tolist() == [[b"a"], [b"c"]]
    assert rows.row_lengths().numpy().tolist() == [2, 1]
    assert rows.flat_values.numpy().tolist() == [b"a", b"b", b"c"]
    assert [row.numpy().tolist() for row in rows] == [[b"a", b"b"], [b"c"]]
    assert rows[1:].to_list() == [[b"c"]] and rows.shape == (2, None)
