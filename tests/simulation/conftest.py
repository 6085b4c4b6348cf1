import pandas as pd
import pytest

from step.simulation.genome import simulate_annotation, simulate_bins


@pytest.fixture(scope="session")
def bins() -> pd.DataFrame:
    return simulate_bins([30, 20, 10], 500_000, seed=3)


@pytest.fixture(scope="session")
def genes(bins) -> pd.DataFrame:
    return simulate_annotation(bins, 150, seed=3)
