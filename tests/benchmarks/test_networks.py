"""Seconds of a training step of the published networks: by size, device, precision and weights.

Printed as ratios to the plain step of the same size: static weights, single precision, CPU. What is
asserted is that the steps that are timed train: their loss falls. Run with `make benchmark`; CUDA
and torch-scatter are measured where they are.
"""

import importlib.util
import itertools
import time

import pytest
import torch
import torch_geometric

from step.models.graph_operator import GraphOperator
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig

NETWORKS = {
    "STEPmr": (lambda: STEPmr(32, STEPmrConfig()), 32, 3),
    "STEPmi": (lambda: STEPmi(256, STEPmiConfig()), 256, 10),
}
SIZES = {"STEPmr": (50, 2_000, 20_000), "STEPmi": (162, 2_000)}
NEIGHBOURS = 5
STEPS = 3


def graph(n_genes: int, times: int, weights: str) -> GraphOperator:
    """A ring in which every gene has some neighbours on either side."""
    gene = torch.arange(n_genes)
    index = torch.cat(
        [torch.stack([gene, (gene + away) % n_genes]) for away in range(1, NEIGHBOURS + 1)], dim=1
    )
    both = torch.cat([index, index.flip(0)], dim=1)
    shape = (both.shape[1],) if weights == "static" else (1, times, both.shape[1])
    return GraphOperator.from_edges(both, torch.rand(shape) + 0.1, n_genes)


def seconds(network: str, n_genes: int, device: str, precision: str, weights: str) -> float:
    """Mean wall time of a step, after one to warm up; each lowers the loss."""
    build, channels, times = NETWORKS[network]
    torch.manual_seed(0)
    model = build().to(device)
    optimiser = torch.optim.Adam(model.parameters())
    connected = graph(n_genes, times, weights).to(torch.device(device))
    x = torch.randn(1, channels, times, n_genes, device=device)
    losses = []
    for step in range(STEPS + 1):
        if step == 1:
            started = time.perf_counter()
        optimiser.zero_grad()
        with torch.autocast(device, dtype=torch.bfloat16, enabled=precision == "mixed"):
            loss = model(x, connected).float().square().mean()
        loss.backward()
        optimiser.step()
        losses.append(loss.detach())
        if device == "cuda":
            torch.cuda.synchronize()
    taken = (time.perf_counter() - started) / STEPS
    assert losses[-1] < losses[0]
    return taken


@pytest.mark.parametrize("network", NETWORKS)
def test_training_step(network, monkeypatch):
    devices = ["cpu"] + (["cuda"] if torch.cuda.is_available() else [])
    with_scatter = importlib.util.find_spec("torch_scatter") is not None
    print(f"\n{network}: seconds a step, and relative to the first line of its size")
    for n_genes in SIZES[network]:
        plain = None
        for device, precision, weights in itertools.product(
            devices, ("single", "mixed"), ("static", "over time")
        ):
            sums = ["torch"] + (["scatter"] if with_scatter and weights != "static" else [])
            for way in sums:
                monkeypatch.setattr(torch_geometric.typing, "WITH_TORCH_SCATTER", way == "scatter")
                taken = seconds(network, n_genes, device, precision, weights)
                plain = plain or taken
                print(
                    f"{n_genes:>8} genes  {device:<5} {precision:<7} {weights:<10} {way:<8}"
                    f"{taken:9.4f} s {taken / plain:7.2f} x"
                )
