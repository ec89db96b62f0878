"""`python tests/packaging/lowest.py`: the lower bound of each package that a wheel asks for, as constraints for pip.

`make lowest` runs the tests on them: a bound that nobody ran is none.
"""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["lower_bounds"]

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def lower_bounds(pyproject: str) -> list[str]:
    """A line `name==version` for each dependency and each of the extra `eval`.

    Raises:
        ValueError: a requirement that has no lower bound.
    """
    project = tomllib.loads(pyproject)["project"]
    lines = []
    for text in (*project["dependencies"], *project["optional-dependencies"]["eval"]):
        requirement = Requirement(text)
        bounds = [one.version for one in requirement.specifier if one.operator in {">=", "=="}]
        if len(bounds) != 1:
            raise ValueError(f"{text} has no lower bound, or several.")
        lines.append(f"{requirement.name}=={bounds[0]}")
    return lines


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in lower_bounds(PYPROJECT.read_text("utf-8"))))
