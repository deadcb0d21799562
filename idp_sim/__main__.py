"""``python -m idp_sim`` and the console script ``idp-sim``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; ends the process with its exit status.

    ``--version`` alone is answered before anything is imported: shells and scripts ask it often.
    """
    if sys.argv[1:] == ["--version"]:
        from idp_sim import __version__

        sys.stdout.write(f"idp-sim {__version__}\n")
        return
    from idp_sim.cli.main import cli

    cli(prog_name="idp-sim")


if __name__ == "__main__":
    main()
