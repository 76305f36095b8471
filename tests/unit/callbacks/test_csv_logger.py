"""CSVLogger: what is in the file, and when."""

import copy
import pickle

import pytest

from pronghorn.callbacks import CSVLogger
from pronghorn.errors import FileError


def test_a_folder_that_is_missing_is_refused(tmp_path):
    logger = CSVLogger(tmp_path / "none" / "log.csv")
    logger.on_train_begin()
    with pytest.raises(FileError, match="CSVLogger"):
        logger.on_epoch_end(0, {"loss": 1.0})


def test_a_second_fit_begins_a_new_file(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    for loss in (1.0, 2.0):
        logger.on_train_begin()
        logger.on_epoch_end(0, {"loss": loss, "val_loss": 0.0})
        logger.on_train_end()
    assert (tmp_path / "log.csv").read_text().split() == ["epoch,loss,val_loss", "0,2.0,0.0"]


def test_state_takes_back_the_lines_after_it(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0, "val_loss": 0.0})
    state = logger.get_state()
    logger.on_epoch_end(1, {"loss": 5.0, "val_loss": 0.0})
    again = CSVLogger(tmp_path / "log.csv")
    again.on_train_begin()
    again.set_state(state)
    again.on_epoch_end(1, {"loss": 2.0, "val_loss": 0.0})
    again.on_train_end()
    logger.on_train_end()
    lines = (tmp_path / "log.csv").read_text().split()
    assert lines == ["epoch,loss,val_loss", "0,1.0,0.0", "1,2.0,0.0"]


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))], ids=["copy", "pickle"]
)
def test_copies_have_a_file_of_their_own(duplicate, tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 1.0})
    assert duplicate(logger).filename == logger.filename
    logger.on_train_end()
