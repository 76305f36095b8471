"""``python -m pronghorn``: a program on Pronghorn, or a command of the command line."""

import os
import sys


def run() -> None:
    """Run the script that is named, or the command: ``train``, ``doctor``, … where no file is."""
    words = sys.argv[1:]
    if words and words[0].isidentifier() and not os.path.exists(words[0]):
        from pronghorn.cli import main
    else:
        from pronghorn.runner import main
    main()


if __name__ == "__main__":
    run()
