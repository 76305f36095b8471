"""A reader of HDF5 in plain Python: what Keras keeps in a file, and no way to harm the reader.

Damaged files crash the HDF5 library itself, so what a file may be is decided before that library
could see it, and then there is nothing left to do but to take the numbers. Every length is
compared with the bytes that are there before anything of that length is made; what describes the
arrays is read at most a few times over (``Source`` counts), so that circles and tables which name
one another end; every byte of an array stands for itself once.

Known are superblocks 0 to 3, object headers 1 and 2, groups by symbol table, by link message and
in a fractal heap, attributes beside and in a fractal heap, numbers and texts of fixed and of
variable length, and arrays that are compact, in one piece, or in chunks with deflate and shuffle:
all that h5py writes unless it is told otherwise. Anything else is refused by name.

``pyfive`` reads the same in plain Python, but takes lengths on trust; its bounds would hang on its
private methods, and it would bring two more packages and a newer NumPy to every user. h5py in a
process of its own costs its start at each load and has no bound of memory outside Linux.

Source: HDF5 File Format Specification, version 3.0.
"""

from pronghorn.files.hdf5._attributes import Attribute, read_attributes
from pronghorn.files.hdf5._dataset import Dataset, is_dataset
from pronghorn.files.hdf5._header import SIGNATURE, Header, read_header, read_root
from pronghorn.files.hdf5._heap import GlobalHeaps
from pronghorn.files.hdf5._links import is_group, read_links
from pronghorn.files.hdf5._source import Source

__all__ = [
    "SIGNATURE",
    "Attribute",
    "Dataset",
    "GlobalHeaps",
    "Header",
    "Source",
    "is_dataset",
    "is_group",
    "read_attributes",
    "read_header",
    "read_links",
    "read_root",
]
