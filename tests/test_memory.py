import numpy as np
import psutil

from step.memory import give_back


def test_pieces_that_are_no_longer_used_are_given_back():
    pieces = [np.ones(1000) for _ in range(100_000)]  # 800 MB, too small to be mapped each
    kept = pieces[-1]
    full = psutil.Process().memory_info().rss
    del pieces
    give_back()
    assert psutil.Process().memory_info().rss < full - 400e6
    assert kept.sum() == 1000
