"""Shared by the tests of the sample: the declared initiative and one whole synthetic country."""

from pathlib import Path

import pytest

from pipelines.declarations import Declarations, load
from pipelines.sample import make
from pipelines.sample.population import Country, populate

SEED = 5


@pytest.fixture(scope="session")
def declared() -> Declarations:
    return load()


@pytest.fixture(scope="session")
def country(declared: Declarations) -> Country:
    return populate(declared, 1.0, SEED)


@pytest.fixture(scope="session")
def inbox(declared: Declarations, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    make(declared, folder)
    return folder
