"""keras.preprocessing.text: words counted by hand; Keras 3.15's own gives the same."""

import math
from typing import Any

import pytest

from pronghorn.errors import DataError, ParameterError
from pronghorn.runner._tensorflow._keras_preprocessing import text
from tolerances import WORKED_IN_FLOAT32

# the: 3 times, cat: 2 times, the others once, in this order.
TEXTS = ["The cat sees the dog.", "A cat, the end!"]


def tokenizer(**kwargs: Any) -> text.Tokenizer:
    made = text.Tokenizer(**kwargs)
    made.fit_on_texts(TEXTS)
    return made


def test_words_are_numbered_by_how_often_they_occur() -> None:
    assert tokenizer().word_index == {"the": 1, "cat": 2, "sees": 3, "dog": 4, "a": 5, "end": 6}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [[5, 2, 3]]),
        ({"num_words": 4}, [[2, 3]]),
        ({"oov_token": "?"}, [[6, 3, 1, 4]]),
        ({"oov_token": "?", "num_words": 4}, [[1, 3, 1, 1]]),
        # cat and the come twice; The, sees, dog, A follow.
        ({"lower": False}, [[6, 1, 4]]),
    ],
    ids=["all", "few", "unknown", "few_and_unknown", "case"],
)
def test_texts_become_numbers(given: dict[str, Any], expected: list[list[int]]) -> None:
    assert tokenizer(**given).texts_to_sequences(["A cat never sees"]) == expected


def test_numbers_become_texts() -> None:
    assert tokenizer().sequences_to_texts([[2, 3, 99]]) == ["cat sees"]
    assert tokenizer(oov_token="?").sequences_to_texts([[3, 99]]) == ["cat ?"]


# Of "the the dog": the is in both texts, dog in one of two.
MATRICES = {
    "binary": {1: 1, 4: 1},
    "count": {1: 2, 4: 1},
    "freq": {1: 2 / 3, 4: 1 / 3},
    "tfidf": {1: (1 + math.log(2)) * math.log(1 + 2 / 3), 4: math.log(1 + 2 / 2)},
}


@pytest.mark.parametrize("mode", MATRICES)
def test_matrices_count_words(mode: str) -> None:
    expected = [[MATRICES[mode].get(i, 0.0) for i in range(7)]]
    WORKED_IN_FLOAT32.check(tokenizer().texts_to_matrix(["the the dog"], mode), expected)


def test_words_by_hash() -> None:
    numbers = text.hashing_trick("a cat, a dog", 5, "md5")
    assert numbers[0] == numbers[2]
    assert set(numbers) <= {1, 2, 3, 4}
    assert text.one_hot("cat", 10) == [hash("cat") % 9 + 1]


def test_json_makes_the_same_tokenizer() -> None:
    first = tokenizer(oov_token="?", num_words=5)
    again = text.tokenizer_from_json(first.to_json())
    assert again.texts_to_matrix(TEXTS, "tfidf").tolist() == (
        first.texts_to_matrix(TEXTS, "tfidf").tolist()
    )


def test_what_was_not_counted_is_refused() -> None:
    with pytest.raises(DataError, match="fit_on_texts"):
        text.Tokenizer().texts_to_matrix(["a"])
    with pytest.raises(ParameterError, match="mode"):
        tokenizer().texts_to_matrix(["a"], mode="all")
