"""Where progress and summaries go."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from pronghorn import Input, Sequential, config, layers


def _fit() -> None:
    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 1)), np.ones((2, 1)), verbose=2)
    model.summary()


def test_output_without_interactive_logging(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    config.disable_interactive_logging()
    try:
        assert not config.is_interactive_logging_enabled()
        with caplog.at_level(logging.INFO, "pronghorn"):
            _fit()
    finally:
        config.enable_interactive_logging()
    assert capsys.readouterr().out == ""
    assert [record.name for record in caplog.records] == ["pronghorn"] * len(caplog.records)
    text = "\n".join(record.getMessage() for record in caplog.records)
    assert "1/1 - " in text
    assert "loss: " in text
    # Kernel and bias, and what SGD keeps: its iterations and its rate.
    assert "Total params: 4" in text


def test_output_with_interactive_logging(capsys: pytest.CaptureFixture[str]) -> None:
    assert config.is_interactive_logging_enabled()
    _fit()
    assert "loss: " in capsys.readouterr().out
