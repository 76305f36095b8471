"""``python -m pronghorn``: the command line."""

from pronghorn.cli import main

if __name__ == "__main__":
    main()
