import pytest
import torch

from step.models.layers import Graph
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig

MR = STEPmrConfig(channels=(6, 9, 9))
MI = STEPmiConfig(
    channels=(6, 8, 8, 8), lstm_layers=2, lstm_hidden=5, attention_heads=4, attention_layers=2
)


def ring(n_genes: int) -> Graph:
    genes = torch.arange(n_genes)
    index = torch.stack([genes, genes.roll(1)])
    return Graph.from_edges(torch.cat([index, index.flip(0)], 1), torch.ones(2 * n_genes), n_genes)


@pytest.fixture(params=["mr", "mi"])
def network(request):
    torch.manual_seed(0)
    return STEPmr(3, MR) if request.param == "mr" else STEPmi(3, MI)


def test_any_number_of_genes_times_and_windows(network):
    for batch, time, genes in ((1, 3, 5), (4, 10, 17)):
        assert network(torch.randn(batch, 3, time, genes), ring(genes)).shape == (batch, genes)


def test_before_training_almost_nothing_is_corrected(network):
    network.eval()
    assert network(torch.randn(2, 3, 4, 8), ring(8)).abs().max() < 0.2


def test_genes_may_be_listed_in_any_order(network):
    network.eval()
    x, order = torch.randn(2, 3, 4, 8), torch.randperm(8)
    genes = torch.arange(8)
    index = torch.stack([genes, genes.roll(1)])
    index = torch.cat([index, index.flip(0)], 1)
    place = torch.argsort(order)
    moved = Graph.from_edges(place[index], torch.ones(16), 8)
    torch.testing.assert_close(network(x[..., order], moved), network(x, ring(8))[:, order])


def test_a_gene_hears_of_its_neighbours_and_of_nobody_without_a_graph(network):
    network.eval()
    with torch.no_grad():
        for parameter in network.linear.parameters():
            parameter.normal_()
    x = torch.randn(1, 3, 4, 12)
    changed = x.clone()
    changed[..., 0] += 1.0
    alone = Graph.from_edges(torch.empty(2, 0, dtype=torch.long), torch.empty(0), 12)
    moved = (network(x, ring(12)) - network(changed, ring(12)))[0].abs() > 1e-7
    assert moved[1]
    assert moved[11]
    still = (network(x, alone) - network(changed, alone))[0].abs() > 1e-7
    assert still.nonzero().flatten().tolist() == [0]


def test_published_widths_can_be_built():
    assert len(STEPmr(32, STEPmrConfig()).blocks.blocks) == 2
    published = STEPmi(256, STEPmiConfig())
    assert len(published.blocks.blocks) == 3
    assert published.lstm.num_layers == 4
    assert len(published.attention) == 4
