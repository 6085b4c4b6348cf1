"""One step of the descent that fits a published network."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from step.graphs.gene_graph import GeneGraph
from step.models.graph_operator import GraphOperator
from step.models.losses import LossConfig, loss_components
from step.published.windows import Windows


def graph_operator(graph: GeneGraph, device: torch.device) -> GraphOperator:
    """The graph of genes as a network's convolutions take it, on a device."""
    index, edge = graph.both_directions()
    weight = torch.from_numpy(np.ascontiguousarray(graph.weight[edge], dtype=np.float32))
    return GraphOperator.from_edges(torch.from_numpy(index), weight, graph.n_genes).to(device)


def computes_bfloat16(device: torch.device) -> bool:
    """Return whether a device computes in bfloat16, LSTMs included."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    # No public function tells; without support torch raises an error in the LSTM.
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Compute with some number of threads; a sum's last digits depend on it."""
    usual = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def descend(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    windows: Windows,
    graph: GraphOperator,
    loss: LossConfig,
    *,
    mixed_precision: bool,
) -> dict[str, float]:
    """Take one step; the model and the optimiser are changed in place.

    Args:
        model: The network.
        optimiser: Of its parameters.
        windows: On the model's device.
        graph: On the model's device.
        loss: Weights of the loss.
        mixed_precision: Whether the network computes in bfloat16 where that is safe; the loss, the
            weights and the sums over the graph stay in single precision.

    Returns:
        Each weighted component of the loss before the step, and `total`.
    """
    model.train()
    optimiser.zero_grad()
    forecast = apply(model, windows, graph, mixed_precision=mixed_precision)
    components = loss_components(forecast, windows.target, windows.history, loss)
    total = torch.stack(list(components.values())).sum()
    total.backward()
    optimiser.step()
    return {name: value.item() for name, value in components.items()} | {"total": total.item()}


def apply(
    model: nn.Module, windows: Windows, graph: GraphOperator, *, mixed_precision: bool
) -> torch.Tensor:
    """The network's output for each window, shape `[batch, gene]`, in single precision."""
    device = windows.inputs.device
    mixed_precision = mixed_precision and computes_bfloat16(device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=mixed_precision):
        return model(windows.inputs, graph).float()
