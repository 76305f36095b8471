"""``python -m pronghorn``: a program on Pronghorn, or a command of the command line."""

import os
import sys


def run() -> None:
    """Run the script that is named, or a command (``train``, ``doctor``, …) where no program is."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    # A folder is a program only with a __main__.py: many have one called "train" for their data.
    is_program = os.path.isfile(word) or os.path.isfile(os.path.join(word, "__main__.py"))
    if word.isidentifier() and not is_program:
        from pronghorn.cli import main
    else:
        from pronghorn.runner import main
    main()


if __name__ == "__main__":
    run()
