from dataclasses import replace

import pytest
import torch

from step.models.graph_operator import GraphOperator
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig

MR = STEPmrConfig(channels=(6, 9, 9), norm_over_genes=False)
MI = STEPmiConfig(
    channels=(6, 8, 8, 8),
    lstm_layers=2,
    lstm_hidden=5,
    output_channels=8,
    attention_heads=4,
    attention_layers=2,
    norm_over_genes=False,
)


def ring(n_genes: int) -> GraphOperator:
    genes = torch.arange(n_genes)
    index = torch.stack([genes, genes.roll(1)])
    return GraphOperator.from_edges(
        torch.cat([index, index.flip(0)], 1), torch.ones(2 * n_genes), n_genes
    )


@pytest.fixture(params=["mr", "mi"])
def network(request):
    torch.manual_seed(0)
    return STEPmr(3, MR) if request.param == "mr" else STEPmi(3, MI)


def test_any_number_of_genes_times_and_windows(network):
    for batch, time, genes in ((1, 3, 5), (4, 10, 17)):
        assert network(torch.randn(batch, 3, time, genes), ring(genes)).shape == (batch, genes)


def test_genes_may_be_listed_in_any_order(network):
    network.eval()
    x, order = torch.randn(2, 3, 4, 8), torch.randperm(8)
    genes = torch.arange(8)
    index = torch.stack([genes, genes.roll(1)])
    index = torch.cat([index, index.flip(0)], 1)
    place = torch.argsort(order)
    moved = GraphOperator.from_edges(place[index], torch.ones(16), 8)
    torch.testing.assert_close(network(x[..., order], moved), network(x, ring(8))[:, order])


def test_a_gene_hears_of_its_neighbours_and_of_nobody_without_a_graph(network):
    network.eval()
    x = torch.randn(1, 3, 4, 12)
    changed = x.clone()
    changed[..., 0] += 1.0
    alone = GraphOperator.from_edges(torch.empty(2, 0, dtype=torch.long), torch.empty(0), 12)
    moved = (network(x, ring(12)) - network(changed, ring(12)))[0].abs() > 1e-7
    assert moved[1]
    assert moved[11]
    still = (network(x, alone) - network(changed, alone))[0].abs() > 1e-7
    assert still.nonzero().flatten().tolist() == [0]


@pytest.mark.parametrize(("network", "config"), [(STEPmr, MR), (STEPmi, MI)])
def test_a_norm_over_genes_lets_a_gene_hear_of_all(network, config):
    torch.manual_seed(0)
    network = network(3, replace(config, norm_over_genes=True)).eval()
    alone = GraphOperator.from_edges(torch.empty(2, 0, dtype=torch.long), torch.empty(0), 12)
    x = torch.randn(1, 3, 4, 12)
    changed = x.clone()
    changed[..., 0] *= 5.0
    assert ((network(x, alone) - network(changed, alone)).abs() > 1e-9).all()


def test_the_defaults_are_the_published_shapes():
    published = STEPmr(32, STEPmrConfig())
    assert len(published.blocks.blocks) == 2
    published = STEPmi(256, STEPmiConfig())
    assert len(published.blocks.blocks) == 3
    assert published.sequence.lstm.num_layers == 4
    assert published.sequence.lstm.bidirectional
    assert len(published.attention.layers) == 4


ABLATIONS = [
    (STEPmr, replace(MR, channels=(6, 9))),
    (STEPmr, replace(MR, channels=(6, 9, 9, 9))),
    (STEPmr, replace(MR, gate=False)),
    (STEPmr, replace(MR, attention=False)),
    (STEPmr, replace(MR, chebyshev_order=1)),
    (STEPmi, replace(MI, lstm_layers=0)),
    (STEPmi, replace(MI, attention_layers=0)),
    (STEPmi, replace(MI, gate=False)),
]


@pytest.mark.parametrize(("network", "config"), ABLATIONS)
def test_each_part_can_be_left_out_and_what_is_left_learns(network, config):
    torch.manual_seed(0)
    whole = network(3, MR if network is STEPmr else MI)
    reduced = network(3, config)
    assert {*reduced.state_dict()} != {*whole.state_dict()}
    reduced(torch.randn(2, 3, 4, 6), ring(6)).sum().backward()
    idle = [name for name, value in reduced.named_parameters() if value.grad is None]
    assert idle == []
