import cooler
import pandas as pd
import pytest

from step.datasets import ContactMapDataset
from step.genome.contacts import ContactMap
from step.simulation.genome import simulate_bins, simulate_contacts


@pytest.fixture(scope="package")
def truth() -> pd.DataFrame:
    """Bins with their true compartments and domains."""
    return simulate_bins([60, 50], 500_000, seed=3)


@pytest.fixture(scope="package")
def contacts(truth, tmp_path_factory) -> cooler.Cooler:
    path = tmp_path_factory.mktemp("map") / "map.cool"
    dataset = ContactMapDataset(filepath=str(path))
    pixels = simulate_contacts(truth, 400, seed=3)
    dataset.save(ContactMap(truth[["chrom", "start", "end"]], pixels, "demo"))
    return dataset.load()
