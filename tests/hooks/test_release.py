from types import SimpleNamespace

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
