"""Where a user's files lie."""

from pathlib import Path

import platformdirs

__all__ = ["data_folder"]


def data_folder() -> Path:
    """Where a user's Trellis keeps what it makes, unless it is told another place: by every command the same."""
    return Path(platformdirs.user_data_dir("trellis"))
