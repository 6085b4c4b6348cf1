"""A cluster or a GPU that is not there ends a run before anything is read."""

from types import SimpleNamespace

import click
import pytest
import torch

from step.hooks.runtime import Runtime


def begin(**settings) -> None:
    hook = Runtime()
    loader = {"parameters": {"runtime": settings}}
    hook.after_context_created(SimpleNamespace(config_loader=loader))
    hook.before_pipeline_run()
    hook.after_pipeline_run()


def test_a_run_on_this_machine_asks_for_nothing():
    begin(engine="local", scheduler=None, device="auto")


def test_a_gpu_that_is_not_there_ends_the_run(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(click.ClickException, match="finds no GPU"):
        begin(device="cuda")


def test_a_cluster_that_is_not_there_ends_the_run():
    pytest.importorskip("distributed", reason="needs the extra dask")
    with pytest.raises(click.ClickException, match="is not an address"):
        begin(engine="dask", scheduler="no address", timeout=1.0)
