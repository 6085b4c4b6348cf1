"""The published protocol, node by node."""

import logging
from functools import partial

import numpy as np
import pandas as pd
import torch
from pydantic import BaseModel, ConfigDict

import step
from step.errors import InputError
from step.graphs.gene_graph import gene_graph
from step.models.losses import LossConfig
from step.models.step_mi import STEPmi, STEPmiConfig
from step.models.step_mr import STEPmr, STEPmrConfig
from step.published.embedding import JointEmbeddingConfig, joint_embedding
from step.published.figures import (
    coordinates,
    forecast_scatter,
    gene_courses,
    gene_scores,
    loss_by_epoch,
)
from step.published.pair_table import read_pair_table
from step.published.pair_weights import PairWeighting, weigh_pairs, weights_of_all_times
from step.published.scores import part_mean_share, score_coordinates, score_published
from step.published.training import BuildModel, PublishedTraining, run_published, split_windows
from step.reports.html import records, render_report

logger = logging.getLogger(__name__)


class PublishedSettings(BaseModel):
    """What both networks' settings hold beside the network's own shape, `model`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    loss: LossConfig
    training: PublishedTraining


class PublishedSTEPmr(PublishedSettings):
    """Shape, loss and training of the published STEPmr."""

    model: STEPmrConfig


class PublishedSTEPmi(PublishedSettings):
    """Shape, loss and training of the published STEPmi."""

    model: STEPmiConfig


def read_pairs(
    raw_pairs: pd.DataFrame,
    assay: str,
    clean_names: bool,
    window: int,
    train_share: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The pairs, and the course of every gene in them.

    Returns:
        pairs, see `step.published.pair_table.PairTable`; and expression: gene, time, mean, genes in
        the order of the table, times ascending.

    Raises:
        InputError: The table is wrong, a gene has no value at a time that others have, or the
            times are too few for the windows.
    """
    table = read_pair_table(raw_pairs, f"{assay}.raw_pairs", clean_names=clean_names)
    holes = table.expression.isna()
    if holes.to_numpy().any():
        gene = holes.any(axis=1).idxmax()
        raise InputError(
            f"{assay}.raw_pairs: {gene} has no value at time {holes.loc[gene].idxmax():g}; every "
            "gene needs one at each time."
        )
    try:
        split_windows(table.expression.shape[1], window, train_share, split_seed=0)
    except InputError as error:
        raise InputError(f"{assay}.raw_pairs: {error}") from error
    if table.differing:
        logger.warning(
            "%s: %d genes stand in several rows that differ in place or expression (%s); the "
            "first row counts, as published",
            assay,
            len(table.differing),
            ", ".join(table.differing[:5]) + (" …" if len(table.differing) > 5 else ""),
        )
    tidy = table.expression.rename_axis(index="gene", columns="time")
    return table.pairs, tidy.stack().rename("mean").reset_index()


def weigh(pairs: pd.DataFrame, expression: pd.DataFrame, weighting: PairWeighting) -> pd.DataFrame:
    """The edges: gene_1, gene_2, structure, expression_weight; weight, that of the first time."""
    edges = weigh_pairs(pairs, weighting)
    return edges.assign(weight=weights_of_all_times(edges, _course(expression))[0])


def embed(
    expression: pd.DataFrame, edges: pd.DataFrame, embedding: JointEmbeddingConfig
) -> dict[str, np.ndarray]:
    """Where each gene lies at each time in the graph of all times.

    Returns:
        `times` and `embeddings`, shape `[time, gene, dimension]`, genes in the order of the
        expression table.
    """
    course = _course(expression)
    graph = gene_graph(edges, course.columns.to_numpy())
    weights = weights_of_all_times(edges, course)
    return {
        "times": course.index.to_numpy(),
        "embeddings": joint_embedding(graph, weights, embedding),
    }


def fit_mrna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: PublishedSTEPmr,
) -> dict[str, object]:
    """Fit and score STEPmr; see `fit_networks`."""
    build = partial(STEPmr, config=network.model)
    return fit_networks(expression, edges, embeddings, build, network)


def fit_mirna(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    network: PublishedSTEPmi,
) -> dict[str, object]:
    """Fit and score STEPmi; see `fit_networks`."""
    build = partial(STEPmi, config=network.model)
    return fit_networks(expression, edges, embeddings, build, network)


def fit_networks(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    build: BuildModel,
    network: PublishedSettings,
) -> dict[str, object]:
    """Fit a network with each seed on the drawn windows, and forecast those held out.

    Returns:
        backtest (arm, seed, origin, target_time, horizon, gene, observed, forecast), loss_curves
        (seed, epoch, windows, components, total, kept), model (weights of each seed, card).
    """
    genes = _course(expression).columns.to_numpy()
    values, times = embeddings["embeddings"], embeddings["times"]
    training = network.training
    windows, runs, autoregression = run_published(
        values, gene_graph(edges, genes), build, network.loss, training
    )
    before = windows + training.window - 1
    forecasts = [
        ("step", seed, run.forecast) for seed, run in zip(training.seeds, runs, strict=True)
    ]
    forecasts += [
        ("autoregression", pd.NA, autoregression),
        ("last_value", pd.NA, values[before][..., -1]),
    ]
    tables = [
        pd.DataFrame(
            {
                "arm": arm,
                "seed": pd.array([seed] * forecast.size, dtype="Int64"),
                "origin": np.repeat(times[before], len(genes)),
                "target_time": np.repeat(times[before + 1], len(genes)),
                "horizon": 1,
                "gene": np.tile(genes, len(before)),
                "observed": values[before + 1][..., -1].ravel().astype(float),
                "forecast": forecast.ravel().astype(float),
            }
        )
        for arm, seed, forecast in forecasts
    ]
    curves = [
        run.curve.assign(seed=seed, kept=run.curve["epoch"] == run.best_epoch)
        for seed, run in zip(training.seeds, runs, strict=True)
    ]
    weights = {
        f"{seed}/{name}": value
        for seed, run in zip(training.seeds, runs, strict=True)
        for name, value in run.weights.items()
    }
    card = {
        "step_version": step.__version__,
        "torch_version": torch.__version__,
        "network": type(network).__name__.removeprefix("Published"),
        "target": "last coordinate of the embedding, which is not expression",
        "genes": genes.tolist(),
        "times": times.tolist(),
        "held_out_windows": windows.tolist(),
        "settings": network.model_dump(),
        "embedding_dimensions": values.shape[-1],
    }
    return {
        "backtest": pd.concat(tables, ignore_index=True),
        "loss_curves": pd.concat(curves, ignore_index=True),
        "model": (weights, card),
    }


def score(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    study: str,
    assay: str,
    window: int,
    reported: dict[str, float],
    remarks: dict[str, list[str]],
) -> dict[str, object]:
    """All scores; those of `step` are means over the seeds, each of which stands in `seeds`.

    What is not defined, as the correlation of a constant, is absent.
    """
    course = _course(expression)
    values = embeddings["embeddings"].astype(float)
    coordinate = _coordinate(course, values)
    scored = coordinate.stack().rename("mean").reset_index()
    scores = score_published(backtest, scored)
    before = course.index.get_indexer(backtest["origin"].unique())
    by_coordinate = score_coordinates(values, before)
    n_coordinates = values.shape[-1]
    everywhere = score_coordinates(values, np.arange(window - 1, len(values) - 1))
    own = scores[scores["arm"] == "step"].drop(columns="arm").set_index("seed")
    arms = {"step": own.mean(skipna=False)} | {
        row["arm"]: row.drop(["arm", "seed"])
        for _, row in scores[scores["arm"] != "step"].iterrows()
    }
    del arms["last_value"]["direction_accuracy"]  # no change has no direction
    part = gene_graph(edges, course.columns.to_numpy()).connected_parts()
    metrics = {
        "study": study,
        "assay": assay,
        "scored": f"coordinate {n_coordinates} of {n_coordinates} of an embedding, not expression",
        "n_genes": course.shape[1],
        "n_times": course.shape[0],
        "n_origins": len(before),
        "n_connected_parts": int(part.max()) + 1,
        "part_mean_share": part_mean_share(coordinate, part),
        "target_expression_pearson": coordinate.stack().corr(course.stack()),
        "arms": {arm: row.dropna().to_dict() for arm, row in arms.items()},
        "seeds": {str(seed): row.dropna().to_dict() for seed, row in own.iterrows()},
        "last_value_pearson_all_windows": float(everywhere[-1]),
        "last_value_pearson_by_coordinate": [
            None if np.isnan(value) else value for value in by_coordinate.tolist()
        ],
        "reported": reported,
        "remarks": remarks,
    }
    return {
        name: value
        for name, value in metrics.items()
        if not (isinstance(value, float) and np.isnan(value))
    }


def draw(
    metrics: dict[str, object],
    backtest: pd.DataFrame,
    embeddings: dict[str, np.ndarray],
    curves: pd.DataFrame,
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
) -> dict[str, object]:
    """What was scored, how well, and how it was trained."""
    coordinate = _coordinate(_course(expression), embeddings["embeddings"])
    return {
        "forecast_scatter": forecast_scatter(backtest),
        "coordinates": coordinates(
            np.array(metrics["last_value_pearson_by_coordinate"], dtype=float),
            metrics["arms"]["step"].get("pearson", np.nan),
        ),
        "loss_by_epoch": loss_by_epoch(curves),
        "gene_scores": gene_scores(per_gene),
        "gene_courses": gene_courses(per_gene, coordinate, backtest),
    }


def fill_workbook(
    metrics: dict[str, object],
    per_gene: pd.DataFrame,
    backtest: pd.DataFrame,
    edges: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """The tables as sheets."""
    single = {name: value for name, value in metrics.items() if not isinstance(value, dict | list)}
    arms = metrics["arms"] | {f"step, seed {seed}": row for seed, row in metrics["seeds"].items()}
    arms["reported"] = metrics["reported"]
    return {
        "summary": pd.DataFrame({"name": list(single), "value": list(single.values())}),
        "arms": pd.DataFrame(arms).T.rename_axis("arm").reset_index(),
        "genes": per_gene,
        "forecast": backtest,
        "gene_pairs": edges,
    }


def write_report(
    metrics: dict[str, object],
    per_gene: pd.DataFrame,
    window: int,
    patience: int,
    most_epochs: int,
    **figures: bytes | dict[str, bytes],
) -> str:
    """The report: one HTML page that holds all it shows, and says on top what is scored."""
    pages = figures.pop("gene_courses")
    return render_report(
        "step.published",
        figures,
        [pages[name] for name in sorted(pages)],
        metrics=metrics,
        by_coordinate=pd.Series(metrics["last_value_pearson_by_coordinate"], dtype=float),
        window=window,
        patience=patience,
        most_epochs=most_epochs,
        genes=records(per_gene),
    )


def _course(expression: pd.DataFrame) -> pd.DataFrame:
    """Time × gene, genes in the order of the table."""
    wide = expression.pivot(index="time", columns="gene", values="mean")
    return wide[expression["gene"].unique()]


def _coordinate(course: pd.DataFrame, embeddings: np.ndarray) -> pd.DataFrame:
    """The scored coordinate, time × gene as the course."""
    return pd.DataFrame(embeddings[..., -1], index=course.index, columns=course.columns)
