from dataclasses import replace

import numpy as np
import pytest

from step.forecasting.ablation import Ablation, ablate, tabulate, variants
from step.models.step_mr import STEPmrConfig
from tests.forecasting.recipes import LOSS, MI, MR, courses_of, recipe_on

SMALL = replace(
    MR,
    model=STEPmrConfig(
        channels=(4, 4),
        dense_channels=4,
        head_channels=(4,),
        dropout=0.0,
        norm_over_genes=False,
        corrects=True,
    ),
)


def test_every_ingredient_and_every_loss_is_left_out_once():
    mr = {variant.name: variant for variant in variants(MR)}
    mi = {variant.name: variant for variant in variants(MI)}
    assert set(mi) - set(mr) == {"without LSTM"}
    assert mr["3 blocks"].network.model.channels == (8, 8, 8, 8)
    assert not mr["without embedding"].embedded
    assert mr["without trend loss"].network.loss == replace(LOSS, trend_weight=0.0)
    assert mi["without attention"].network.model == replace(MI.model, attention_layers=0)
    for name, variant in mr.items():
        same = (variant.network, variant.embedded) == (MR, True)
        assert same == (name in ("whole", "2 blocks")), name


def test_variants_are_backtested_with_every_seed(study):
    panel, graph = study
    courses, origins = courses_of(panel)
    recipe = recipe_on(graph, panel, SMALL, initial_steps=2, update_steps=1)
    found = ablate(courses, origins, recipe, n_seeds=2, jobs=1)
    names = [each.variant for each in found]
    assert names == [variant.name for variant in variants(SMALL)]
    for each in found:
        assert each.losses.shape == each.network_losses.shape == (2, len(panel.times) // 2)
        assert np.isfinite(each.losses).all()
    by_name = dict(zip(names, found, strict=True))
    np.testing.assert_array_equal(by_name["whole"].losses, by_name["1 block"].losses)
    assert by_name["without gate"].n_parameters < by_name["whole"].n_parameters
    assert by_name["without embedding"].n_parameters < by_name["whole"].n_parameters


def test_the_table_names_change_and_chance():
    rng = np.random.default_rng(0)
    losses = rng.uniform(0.9, 1.1, (2, 12))
    other = losses + 0.5 + rng.normal(0, 0.01, (2, 12))
    whole = Ablation("whole", 10, losses, losses, np.array([0.5, 0.7]))
    worse = Ablation("without gate", 8, other, other, np.array([0.0, 0.0]))
    table = tabulate([whole, worse]).set_index("variant")
    assert table.loc["whole", "change"] == 0.0
    assert np.isnan(table.loc["whole", "p"])
    assert table.loc["without gate", "change"] == pytest.approx(other.mean() / losses.mean() - 1)
    assert table.loc["without gate", "p"] < 1e-6
    assert table.loc["whole", "lowest_mse"] == losses.mean(axis=1).min()
    assert table.loc["whole", "trust"] == pytest.approx(0.6)
