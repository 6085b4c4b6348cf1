"""Contact maps in .hic files."""

import time

import hictkpy
import numpy as np
import pytest
from kedro.io import DatasetError

from tests.datasets.test_contact_map import SIZES, demo_map, load, unbalanced


@pytest.fixture
def hic(tmp_path):
    return written_hic(tmp_path / "m.hic", [10, 20], demo_map(int).pixels)


def written_hic(path, resolutions, pixels):
    file = hictkpy.hic.FileWriter(str(path), SIZES, resolutions, assembly="demo")
    file.add_pixels(pixels)
    file.finalize()
    return path


def test_no_thread_is_busy_once_a_hic_file_is_read(hic):
    """The thread that hictkpy 1.4.0 starts for its messages takes a whole core until the end."""
    load(hic, resolution=10, balance="none")
    before = time.process_time()
    time.sleep(0.3)
    assert time.process_time() - before < 0.1


def test_a_hic_file_holds_the_same_contacts(tmp_path, hic):
    found = load(hic, resolution=10, balance="none")
    expected = load(unbalanced(tmp_path / "m.cool", int), balance="none")
    np.testing.assert_array_equal(
        found.matrix(balance=True)[:30, :30], expected.matrix(balance=True)[:30, :30]
    )
    assert found.chromsizes.to_dict() == SIZES
    with pytest.raises(DatasetError, match="resolutions 10, 20 bp"):
        load(hic)
    with pytest.raises(DatasetError, match="30 is none"):
        load(hic, resolution=30)
    with pytest.raises(DatasetError, match="no weights 'KR'"):
        load(hic, resolution=10, balance="KR")


@pytest.mark.parametrize("balance", ["none", "ice"])
def test_a_hic_file_without_contacts_is_explained(tmp_path, balance):
    between = demo_map(int).pixels.assign(bin1_id=0, bin2_id=40).iloc[:1]
    path = written_hic(tmp_path / "m.hic", [10], between)
    with pytest.raises(DatasetError, match=r"m\.hic holds no contact within a chromosome"):
        load(path, resolution=10, balance=balance)
