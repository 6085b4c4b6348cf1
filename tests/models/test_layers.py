import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch_geometric
from torch_geometric.nn import ChebConv

from step.models.graph_operator import GraphOperator
from step.models.layers import (
    ChannelGate,
    ConnectivityAttention,
    GraphConv,
    Head,
    STBlock,
    STBlockShape,
    TemporalConv,
)
from step.models.sequence import SequenceMemory, TimeAttention
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from tests.models import reference

EDGES = torch.tensor([[0, 1, 1, 2, 3], [1, 2, 3, 3, 4]])
WEIGHT = torch.tensor([1.0, 0.5, 2.0, 1.5, 0.3], dtype=torch.double)
BOTH = torch.cat([EDGES, EDGES.flip(0)], 1)
SHAPE = (2, 4, 5, 6)  # batch, channel, time, gene
SCALED = reference.laplacian(*EDGES.numpy(), WEIGHT.numpy(), 6)
DEGREE = np.array([1.0, 3.5, 2.0, 3.8, 0.3, 0.0])
MR = STEPmrConfig(
    channels=(5, 6, 6),
    dense_channels=4,
    head_channels=(5, 3),
    dropout=0.0,
    norm_over_genes=False,
)
MI = STEPmiConfig(
    channels=(4, 6, 4),
    dropout=0.0,
    lstm_layers=2,
    lstm_hidden=3,
    output_channels=8,
    attention_heads=2,
    attention_layers=2,
    sequence_dropout=0.0,
    head_channels=(5, 3),
    head_dropout=0.0,
)


def graph(n_genes: int = 6) -> GraphOperator:
    return GraphOperator.from_edges(BOTH, WEIGHT.repeat(2), n_genes)


def varying() -> tuple[GraphOperator, np.ndarray]:
    """A graph whose weights differ by window and time, and its −D^-½ A D^-½."""
    weight = torch.rand(2, 5, 5, dtype=torch.double) + 0.1
    scaled = [
        [reference.laplacian(*EDGES.numpy(), weight[b, t].numpy(), 6) for t in range(5)]
        for b in range(2)
    ]
    return GraphOperator.from_edges(BOTH, weight.repeat(1, 1, 2), 6), np.array(scaled)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


CASES = {
    "glu": (
        lambda: TemporalConv(4, 3, "glu"),
        False,
        lambda x, w: reference.temporal_conv(x, w, 3, "glu"),
    ),
    "relu": (
        lambda: TemporalConv(4, 2, "relu"),
        False,
        lambda x, w: reference.temporal_conv(x, w, 2, "relu"),
    ),
    "graph convolution": (
        lambda: GraphConv(4, 3, 4),
        True,
        lambda x, w: reference.graph_conv(x, w, SCALED, 4),
    ),
    "graph convolution of order 1": (
        lambda: GraphConv(4, 4, 1),
        True,
        lambda x, w: reference.graph_conv(x, w, SCALED, 1),
    ),
    "gate": (
        lambda: ChannelGate(4),
        False,
        lambda x, w: reference.gate(x, w),
    ),
    "block": (
        lambda: STBlock(4, 3, STBlockShape(3, 3, "glu", 0.0, gate=True, norm_over_genes=False)),
        True,
        lambda x, w: reference.block(x, w, SCALED, 3, 3, "glu", over_genes=False),
    ),
    "block without gate": (
        lambda: STBlock(4, 3, STBlockShape(3, 3, "relu", 0.0, gate=False, norm_over_genes=True)),
        True,
        lambda x, w: reference.block(x, w, SCALED, 3, 3, "relu", over_genes=True),
    ),
    "connectivity attention": (
        lambda: ConnectivityAttention(4),
        True,
        lambda x, w: reference.connectivity_attention(x, w, DEGREE),
    ),
    "LSTM": (
        lambda: SequenceMemory(4, 3, 2, 0.0),
        False,
        lambda x, w: reference.sequence_memory(x, w, 2),
    ),
    "no LSTM": (
        lambda: SequenceMemory(4, 3, 0, 0.0),
        False,
        lambda x, w: reference.sequence_memory(x, w, 0),
    ),
    "time attention": (
        lambda: TimeAttention(4, 2, 2, 0.0),
        False,
        lambda x, w: reference.time_attention(x, w, 2, 2),
    ),
    "head": (
        lambda: Head(4, (5, 3), 0.0, norm_over_genes=False),
        False,
        lambda x, w: reference.head(x, w, 2, over_genes=False),
    ),
    "STEPmr": (
        lambda: STEPmr(4, MR),
        True,
        lambda x, w: reference.step_mr(x, w, SCALED, DEGREE, MR),
    ),
    "STEPmi": (
        lambda: STEPmi(4, MI),
        True,
        lambda x, w: reference.step_mi(x, w, SCALED, MI),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_module_and_its_gradient_are_those_of_its_formula(case):
    build, on_graph, formula = CASES[case]
    module = build().double().eval()
    w = reference.parameters(module)
    x = torch.randn(SHAPE, dtype=torch.double, requires_grad=True)
    made = module(x, graph()) if on_graph else module(x)
    expected = formula(x.detach().numpy(), w)
    np.testing.assert_allclose(made.detach(), expected, atol=1e-10)
    direction = torch.randn(made.shape, dtype=torch.double)
    (gradient,) = torch.autograd.grad((made * direction).sum(), x)
    way, step = np.random.default_rng(0).normal(size=SHAPE), 1e-6
    moved = [
        (formula(x.detach().numpy() + sign * step * way, w) * direction.numpy()).sum()
        for sign in (1, -1)
    ]
    slope = (moved[0] - moved[1]) / (2 * step)
    assert (gradient.numpy() * way).sum() == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("case", ["block", "STEPmr", "STEPmi"])
def test_the_gradient_of_every_parameter_is_right(case):
    module = CASES[case][0]().double().eval()
    x = torch.randn(1, 4, 3, 6, dtype=torch.double)
    names, values = zip(*module.named_parameters(), strict=True)

    def run(*changed):
        own = dict(zip(names, changed, strict=True))
        return torch.func.functional_call(module, own, (x, graph()))

    assert torch.autograd.gradcheck(run, values, fast_mode=True)


def test_graph_holds_the_scaled_laplacian():
    np.testing.assert_allclose(graph().laplacian.to_dense(), SCALED, atol=1e-12)
    np.testing.assert_allclose(graph().degree, DEGREE)


def test_graph_convolution_agrees_with_torch_geometric():
    layer, theirs = GraphConv(3, 3, order=3).double(), ChebConv(3, 3, K=3).double()
    with torch.no_grad():
        for ours, other in zip(layer.theta, theirs.lins, strict=True):
            other.weight.copy_(ours.weight)
        theirs.bias.copy_(layer.theta[0].bias)
    x = torch.randn(1, 3, 1, 6, dtype=torch.double)
    expected = theirs(x[0, :, 0].T, BOTH, WEIGHT.repeat(2), lambda_max=2.0) + x[0, :, 0].T
    torch.testing.assert_close(layer(x, graph())[0, :, 0].T, expected)


@pytest.fixture(params=["torch", "torch-scatter"])
def aggregation(request, monkeypatch):
    """Both ways of summing over edges; torch-scatter where it is installed."""
    if request.param == "torch":
        monkeypatch.setattr(torch_geometric.typing, "WITH_TORCH_SCATTER", False)
    elif importlib.util.find_spec("torch_scatter") is None:
        pytest.skip("torch-scatter is not installed (make setup EXTRAS=scatter)")


def test_weights_may_differ_by_window_and_time(aggregation):
    layer = GraphConv(4, 3, order=4).double()
    changing, scaled = varying()
    x = torch.randn(SHAPE, dtype=torch.double, requires_grad=True)
    made = layer(x, changing)
    expected = reference.graph_conv(x.detach().numpy(), reference.parameters(layer), scaled, 4)
    np.testing.assert_allclose(made.detach(), expected, atol=1e-12)
    assert torch.autograd.gradcheck(lambda value: layer(value, changing), (x,), fast_mode=True)


def test_weights_that_never_differ_are_static_ones(aggregation):
    network = STEPmr(4, MR).double().eval()
    x = torch.randn(SHAPE, dtype=torch.double)
    same = GraphOperator.from_edges(BOTH, WEIGHT.repeat(2).expand(2, 5, 10), 6)
    torch.testing.assert_close(network(x, same), network(x, graph()))


def test_temporal_convolution_sees_no_later_time():
    for activation in ("glu", "relu"):
        layer = TemporalConv(2, kernel=3, activation=activation)
        x = torch.randn(2, 2, 6, 4)
        changed = x.clone()
        changed[:, :, 4:] += 10
        before, after = layer(x), layer(changed)
        assert before.shape == x.shape
        torch.testing.assert_close(before[:, :, :4], after[:, :, :4], rtol=0, atol=0)
        assert not torch.allclose(before[:, :, 4:], after[:, :, 4:])


def test_connectivity_attention_weighs_connected_genes_more():
    layer = ConnectivityAttention(4).double()
    with torch.no_grad():
        layer.degree_scale.fill_(0.5)
    x = torch.randn(2, 4, 3, 1, dtype=torch.double).expand(2, 4, 3, 6)  # genes express the same
    size = layer(x, graph()).abs().sum(dim=(0, 1, 2))
    assert size[3] > size[0] > size[5]


def test_a_gene_with_many_edges_does_not_outweigh_all_others():
    torch.manual_seed(0)
    degree = torch.ones(2000)
    degree[0] = 60.0
    graph = SimpleNamespace(degree=degree)
    x = torch.randn(1, 4, 1, 2000)
    bounded, published = ConnectivityAttention(4, most=5.0), ConnectivityAttention(4)
    assert (bounded(x, graph)[..., 0].abs() <= 12 * x[..., 0].abs()).all()
    assert (published(x, graph)[..., 0].abs() > 12 * x[..., 0].abs()).any()
