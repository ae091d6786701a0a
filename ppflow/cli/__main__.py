"""`python -m ppflow.cli` is the `ppflow` command."""

import sys

from ppflow.cli import main

if __name__ == "__main__":
    sys.exit(main())
