from types import SimpleNamespace

import numpy as np
import psutil

from step.hooks import release
from step.hooks.release import Release


def test_memory_is_given_back_before_and_after_reading_in_a_large_process_alone(monkeypatch):
    given = []
    monkeypatch.setattr(release, "give_back", lambda: given.append(True))
    hook, (first, second) = Release(), (SimpleNamespace(), SimpleNamespace())
    monkeypatch.setattr(release, "LARGE", 0)
    for node in (first, first, second):
        hook.before_dataset_loaded(node)
    assert len(given) == 2
    hook.before_node_run()
    assert len(given) == 3
    monkeypatch.setattr(release, "LARGE", 2**60)
    hook.before_dataset_loaded(first)
    hook.before_node_run()
    assert len(given) == 3


def test_pieces_that_are_no_longer_used_are_given_back():
    pieces = [np.ones(1000) for _ in range(100_000)]  # 800 MB, too small to be mapped each
    kept = pieces[-1]
    full = psutil.Process().memory_info().rss
    del pieces
    release.give_back()
    assert psutil.Process().memory_info().rss < full - 400e6
    assert kept.sum() == 1000
