from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from step.models.graph_operator import GraphOperator
from step.models.in_context import (
    ContextWidths,
    InContextConfig,
    InContextNetwork,
    KindsOfEdges,
    Mixture,
    mixture_loss,
    normal_crps,
)

WIDTHS = ContextWidths(inputs=5, ahead=4, arms=3, kinds=2, neighbours=2)
MR = InContextConfig(kind="STEPmr", channels=(6, 6, 6), state_channels=6, head_channels=7)
MI = InContextConfig(
    kind="STEPmi",
    channels=(6, 6, 6),
    state_channels=6,
    lstm_hidden=5,
    attention_heads=2,
    head_channels=7,
)


def ring(n_genes: int) -> GraphOperator:
    """Each gene hears of the one before it."""
    pointer = torch.arange(n_genes + 1)
    source = torch.arange(n_genes).roll(1)
    return GraphOperator.of_neighbours(pointer, source, torch.ones(n_genes))


def seen(n_times: int, n_genes: int, n_kinds: int = 1, seed: int = 0) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    shapes = [
        (n_times, n_genes, WIDTHS.inputs),
        (n_times, 2, n_genes, WIDTHS.ahead),
        (n_times, 2, n_genes, WIDTHS.arms),
        (n_kinds, n_times, WIDTHS.kinds),
        (n_kinds, n_times, n_genes, WIDTHS.neighbours),
    ]
    return [torch.randn(shape, generator=draw) for shape in shapes]


@pytest.fixture(params=[MR, MI], ids=["STEPmr", "STEPmi"])
def network(request):
    torch.manual_seed(0)
    made = InContextNetwork(WIDTHS, request.param)
    torch.nn.init.normal_(made.head[-1].weight, std=0.5)
    return made.eval()


def test_any_number_of_times_genes_and_kinds(network):
    for n_times, n_genes, n_kinds in ((2, 3, 1), (30, 11, 2)):
        graphs = tuple(ring(n_genes) for _ in range(n_kinds))
        made = network(*seen(n_times, n_genes, n_kinds), graphs)
        assert made.mean.shape == made.spread.shape == (n_times, 2, n_genes)
        assert made.weights.shape == (n_times, 2, n_genes, 1 + WIDTHS.arms)
        assert (made.spread > 0).all()


def test_no_time_sees_a_later_one(network):
    here = seen(20, 7)
    there = [tensor.clone() for tensor in here]
    for number in (0, 1, 2):
        there[number][12:] += 1.0
    for number in (3, 4):
        there[number][:, 12:] += 1.0
    before, after = (network(*each, (ring(7),)).mean for each in (here, there))
    torch.testing.assert_close(before[:12], after[:12], rtol=0, atol=0)
    assert not torch.allclose(before[12:], after[12:])


def test_an_early_time_is_remembered_for_twelve_times(network):
    here = seen(20, 7)
    there = [tensor.clone() for tensor in here]
    there[0][2] += 1.0
    before, after = (network(*each, (ring(7),)).mean for each in (here, there))
    reach = 8 if network.connectivity is not None else 17  # two blocks of this small network
    assert not torch.allclose(before[2 + reach], after[2 + reach])


def test_the_published_depth_sees_twelve_times_before():
    network = InContextNetwork(WIDTHS, replace(MR, channels=(6, 6, 6, 6))).eval()
    torch.nn.init.normal_(network.head[-1].weight, std=0.5)
    here = seen(20, 7)
    there = [tensor.clone() for tensor in here]
    there[0][2] += 1.0
    before, after = (network(*each, (ring(7),)).mean for each in (here, there))
    assert not torch.allclose(before[14], after[14])


def test_a_gene_hears_of_others_through_edges_alone(network):
    here = seen(10, 7)
    there = [tensor.clone() for tensor in here]
    there[0][:, 3] += 1.0
    heard, unheard = (
        (network(*here, graphs).mean - network(*there, graphs).mean).abs().amax(dim=(0, 1))
        for graphs in (
            (ring(7),),
            (
                GraphOperator.of_neighbours(
                    torch.zeros(8, dtype=torch.long),
                    torch.zeros(0, dtype=torch.long),
                    torch.zeros(0),
                ),
            ),
        )
    )
    assert (unheard > 0).nonzero().flatten().tolist() == [3]
    assert heard[4] > 0


def test_before_training_it_forecasts_near_the_level():
    torch.manual_seed(0)
    made = InContextNetwork(WIDTHS, MR).eval()(*seen(10, 7), (ring(7),))
    assert (made.weights[..., 0] > 0.6).all()


def test_kinds_of_edges_are_weighed_time_by_time():
    nodes = torch.randn(5, 1, 4, 2, generator=torch.Generator().manual_seed(0))
    weight = torch.tensor([[1.0, 0.0, 0.5, 0.0], [0.0, 1.0, 0.5, 0.0]])
    one, other = (
        ring(5),
        GraphOperator.of_neighbours(torch.arange(6), torch.arange(5).roll(2), torch.ones(5)),
    )
    made = KindsOfEdges((one, other), weight).propagate(nodes)
    torch.testing.assert_close(made[:, :, 0], one.propagate(nodes)[:, :, 0])
    torch.testing.assert_close(made[:, :, 1], other.propagate(nodes)[:, :, 1])
    both = (one.propagate(nodes) + other.propagate(nodes)) / 2
    torch.testing.assert_close(made[:, :, 2], both[:, :, 2])
    assert (made[:, :, 3] == 0).all()
    torch.testing.assert_close(one.propagate(nodes), -nodes.roll(1, dims=0))


def test_without_kinds_of_edges_nothing_moves():
    nodes = torch.ones(5, 1, 4, 2)
    assert (KindsOfEdges((), torch.zeros(0, 4)).propagate(nodes) == 0).all()


def test_the_crps_is_that_of_a_normal_forecast():
    """By its definition: the integral of (F(x) − 1{y ≤ x})²."""
    grid = np.linspace(-30, 30, 200_001)
    for came, mean, spread in [(0.3, 0.0, 1.0), (-2.0, 1.0, 0.5), (4.0, 1.0, 3.0)]:
        integrand = (stats.norm.cdf(grid, mean, spread) - (came <= grid)) ** 2
        found = normal_crps(*(torch.tensor(each) for each in (came, mean, spread)))
        assert float(found) == pytest.approx(integrate.trapezoid(integrand, grid), rel=1e-3)


def test_the_loss_sees_what_is_known_alone():
    torch.manual_seed(0)
    made = Mixture(torch.randn(4, 2, 3), torch.rand(4, 2, 3) + 0.1, torch.rand(4, 2, 3, 2))
    target = torch.randn(4, 2, 3)
    target[1:, 1] = float("nan")
    known = Mixture(made.mean[:, :1], made.spread[:, :1], made.weights[:, :1])
    whole, first = mixture_loss(made, target), mixture_loss(known, target[:, :1])
    assert torch.isfinite(whole)
    assert whole != first
    target[:1, 1] = float("nan")
    torch.testing.assert_close(mixture_loss(made, target), first)
