"""The console script `whatsapp-two-step`: the same command as Rust's."""

import signal
import sys

from whatsapp_two_step._native import main as run


def main() -> None:
    """Runs it, and exits with its code."""
    # Python's handler only takes a note, which nobody reads while the command runs.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(run(["whatsapp-two-step", *sys.argv[1:]]))  # also as `python -m whatsapp_two_step`
