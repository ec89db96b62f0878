"""Every dense index keeps the same promises."""

import pytest

from recommender.ports import MakeDenseIndex
from recommender.retrieval import FaissIndex
from recommender.testing import DenseIndexConformance


class TestFaissIndex(DenseIndexConformance):
    @pytest.fixture
    def make_index(self) -> MakeDenseIndex:
        return FaissIndex
