"""The build's own rules, read from setup.py without building anything."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "setup.py"


@pytest.fixture(scope="session")
def below_home() -> Callable[[bytes], bytes]:
    """What the build makes of a module."""
    spec = importlib.util.spec_from_file_location("trellis_setup", SETUP)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rewrite: Callable[[bytes], bytes] = module.below_home
    return rewrite
