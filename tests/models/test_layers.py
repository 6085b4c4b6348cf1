import numpy as np
import pytest
import torch
from torch.nn import functional
from torch_geometric.nn import ChebConv

from step.models.layers import (
    ChannelGate,
    ConnectivityAttention,
    Graph,
    GraphConv,
    Head,
    STBlock,
    TemporalConv,
)

EDGES = torch.tensor([[0, 1, 1, 2, 3], [1, 2, 3, 3, 4]])
WEIGHT = torch.tensor([1.0, 0.5, 2.0, 1.5, 0.3])


def graph(n_genes: int = 6) -> Graph:
    return Graph.from_edges(torch.cat([EDGES, EDGES.flip(0)], 1), WEIGHT.repeat(2), n_genes)


def numpy_laplacian(n_genes: int = 6) -> np.ndarray:
    """−D^-½ A D^-½, read off the formula."""
    adjacency = np.zeros((n_genes, n_genes))
    adjacency[EDGES[0], EDGES[1]] = WEIGHT
    adjacency += adjacency.T
    degree = adjacency.sum(axis=1)
    root = np.where(degree > 0, 1 / np.sqrt(np.where(degree > 0, degree, 1)), 0)
    return -root[:, None] * adjacency * root


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def test_graph_holds_the_scaled_laplacian():
    np.testing.assert_allclose(graph().laplacian.to_dense(), numpy_laplacian(), atol=1e-6)
    np.testing.assert_allclose(graph().degree, [1.0, 3.5, 2.0, 3.8, 0.3, 0.0], rtol=1e-6)


def test_graph_convolution_is_the_chebyshev_sum():
    layer = GraphConv(2, 4, order=4)
    x = torch.randn(3, 2, 5, 6)
    scaled = numpy_laplacian()
    nodes = x.permute(0, 2, 3, 1).numpy()
    terms = [nodes, scaled @ nodes]
    for _ in range(2):
        terms.append(2 * scaled @ terms[-1] - terms[-2])
    expected = functional.linear(torch.tensor(nodes), layer.residual.weight, layer.residual.bias)
    expected = expected.detach().numpy() + layer.theta[0].bias.detach().numpy()
    for term, theta in zip(terms, layer.theta, strict=True):
        expected = expected + term @ theta.weight.detach().numpy().T
    found = layer(x, graph()).detach().permute(0, 2, 3, 1)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_graph_convolution_agrees_with_torch_geometric():
    layer, reference = GraphConv(3, 3, order=3), ChebConv(3, 3, K=3)
    with torch.no_grad():
        for ours, theirs in zip(layer.theta, reference.lins, strict=True):
            theirs.weight.copy_(ours.weight)
        reference.bias.copy_(layer.theta[0].bias)
    x = torch.randn(1, 3, 1, 6)
    both = torch.cat([EDGES, EDGES.flip(0)], 1)
    expected = reference(x[0, :, 0].T, both, WEIGHT.repeat(2), lambda_max=2.0) + x[0, :, 0].T
    torch.testing.assert_close(layer(x, graph())[0, :, 0].T, expected)


def test_temporal_convolution_sees_no_later_time():
    for activation in ("glu", "relu"):
        layer = TemporalConv(2, 3, kernel=3, activation=activation)
        x = torch.randn(2, 2, 6, 4)
        changed = x.clone()
        changed[:, :, 4:] += 10
        before, after = layer(x), layer(changed)
        assert before.shape == (2, 3, 6, 4)
        torch.testing.assert_close(before[:, :, :4], after[:, :, :4], rtol=0, atol=0)
        assert not torch.allclose(before[:, :, 4:], after[:, :, 4:])


def test_gated_linear_unit_is_a_times_sigma_b():
    layer = TemporalConv(1, 1, kernel=1, activation="glu")
    x = torch.randn(1, 1, 3, 2)
    a, b = layer.conv(x)[:, :1], layer.conv(x)[:, 1:]
    torch.testing.assert_close(layer(x), a / (1 + torch.exp(-b)))


def test_channel_gate_is_x_times_sigma_of_x():
    layer = ChannelGate(3)
    x = torch.randn(1, 3, 2, 2)
    weight = layer.conv.weight[:, :, 0, 0]
    score = torch.einsum("oc,bctg->botg", weight, x) + layer.conv.bias[:, None, None]
    torch.testing.assert_close(layer(x), x * torch.sigmoid(score))


def test_connectivity_attention_weighs_connected_genes_more():
    layer = ConnectivityAttention(4)
    with torch.no_grad():
        layer.degree_scale.fill_(0.5)
    x = torch.randn(2, 4, 3, 1).expand(2, 4, 3, 6)  # all genes express the same
    out = layer(x, graph())
    degree = graph().degree / graph().degree.mean()
    softmax = torch.exp(degree) / torch.exp(degree).sum() * 6
    score = torch.sigmoid(layer.score(x))
    torch.testing.assert_close(out, x * score * (1 + 0.5 * softmax) + 0.1 * x)
    size = out.abs().sum(dim=(0, 1, 2))
    assert size[3] > size[0] > size[5]


def test_gradients_are_right():
    layer = STBlock(2, 3, kernel=2, order=3, activation="glu", dropout=0.0).double()
    exact = Graph(graph().degree.double(), graph().laplacian.double())
    x = torch.randn(1, 2, 3, 6, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(lambda value: layer(value, exact), (x,))


def test_block_and_head_shapes():
    block = STBlock(2, 5, kernel=3, order=2, activation="relu", dropout=0.1)
    x = block(torch.randn(4, 2, 7, 6), graph())
    assert x.shape == (4, 5, 7, 6)
    assert Head(5, 0.1)(x).shape == (4, 6)
