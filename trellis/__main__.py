"""Where the command begins: `trellis`, or `python -m trellis`."""

from api.cli.main import run

__all__ = ["run"]

if __name__ == "__main__":
    run()
