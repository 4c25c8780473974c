"""`python -m sportello <command>`."""

from __future__ import annotations

import sys

from sportello.config.cli import main

sys.exit(main(sys.argv[1:]))
