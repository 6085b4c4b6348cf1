"""The published protocol, node by node."""

import logging
from dataclasses import asdict

import numpy as np
import pandas as pd
import torch

import step
from step.embeddings.temporal import Embeddings
from step.errors import InputError
from step.figures.network import gene_network
from step.graphs.gene_graph import gene_graph
from step.published.backtest import run_published
from step.published.captions import CAPTIONS
from step.published.embedding import EmbeddedCourse, joint_embedding
from step.published.figures import (
    coordinates,
    forecast_scatter,
    gene_courses,
    gene_scores,
    loss_by_epoch,
)
from step.published.fitted import FittedNetwork, ModelCard
from step.published.pair_table import read_pair_table
from step.published.pair_weights import weigh_pairs, weights_of_all_times
from step.published.scores import PublishedMetrics, score_published
from step.published.settings import PublishedSettings
from step.published.window_figures import accuracy_by_time, changes, embedding_paths
from step.published.windows import split_windows
from step.reports.html import records, render_report
from step.runtime import Device

logger = logging.getLogger(__name__)


def read_pairs(
    raw_pairs: pd.DataFrame | None, settings: PublishedSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the pairs, and the course of each gene in them.

    Returns:
        pairs, see `step.published.pair_table.PairTable`; and expression: gene, time, mean, genes in
        the order of the table, times ascending.

    Raises:
        InputError: There is no table, it is wrong, or its times are too few for the windows.
    """
    source = f"{settings.assay}.raw_pairs"
    if raw_pairs is None:
        raise InputError(
            f"{source}: the study {settings.study!r} has no table of gene pairs. Run the published "
            "protocol with `--env published`, or name the table in the environment's "
            "catalog_raw.yml."
        )
    table = read_pair_table(raw_pairs, source, clean_names=settings.clean_names)
    try:
        split_windows(table.expression.shape[1], settings.network.training)
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    if table.inconsistent:
        logger.warning(
            "%s: %d genes stand in several rows that differ in place or expression (%s); the "
            "first row counts, as published",
            settings.assay,
            len(table.inconsistent),
            ", ".join(table.inconsistent[:5]) + (" …" if len(table.inconsistent) > 5 else ""),
        )
    tidy = table.expression.rename_axis(index="gene", columns="time")
    return table.pairs, tidy.stack().rename("mean").reset_index()


def weigh(
    pairs: pd.DataFrame, expression: pd.DataFrame, settings: PublishedSettings
) -> pd.DataFrame:
    """Weigh the edges.

    Returns:
        gene_1, gene_2, structure, expression_weight, weight (at the first time).
    """
    edges = weigh_pairs(pairs, settings.weighting)
    return edges.assign(weight=weights_of_all_times(edges, _by_time(expression))[0])


def embed(expression: pd.DataFrame, edges: pd.DataFrame, settings: PublishedSettings) -> Embeddings:
    """Embed each gene at each time in the graph of all times."""
    by_time = _by_time(expression)
    graph = gene_graph(edges, by_time.columns.to_numpy())
    weights = weights_of_all_times(edges, by_time)
    embeddings = joint_embedding(graph, weights, settings.embedding)
    return Embeddings(by_time.index.to_numpy(), embeddings)


def fit_networks(
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
    settings: PublishedSettings,
    device: Device,
) -> dict[str, object]:
    """Fit a network with each seed on the drawn windows, and forecast those held out.

    Returns:
        backtest and trained_windows (arm, seed, origin, target_time, horizon, gene, observed,
        forecast: of the held-out windows, and of those trained on), loss_curves (seed, epoch,
        windows, components, total, kept), model (weights of all seeds).
    """
    course = _embedded(expression, embeddings)
    result = run_published(course, gene_graph(edges, course.genes), settings.network, device)
    card = ModelCard(
        step_version=step.__version__,
        torch_version=torch.__version__,
        network=asdict(settings.network),
        target="last coordinate of the embedding, which is not expression",
        genes=tuple(course.genes.tolist()),
        times=tuple(course.times.tolist()),
        embedding_dimensions=course.embeddings.shape[-1],
        held_out_windows=tuple(result.held_out.tolist()),
    )
    return {
        "backtest": result.table,
        "trained_windows": result.trained,
        "loss_curves": result.loss_curves,
        "model": FittedNetwork(result.weights, card),
    }


def score(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    edges: pd.DataFrame,
    embeddings: Embeddings,
    settings: PublishedSettings,
) -> PublishedMetrics:
    """Score all arms and seeds."""
    course = _embedded(expression, embeddings)
    graph = gene_graph(edges, course.genes)
    return score_published(backtest, _by_time(expression), course, graph, settings)


def draw(
    metrics: PublishedMetrics,
    backtest: pd.DataFrame,
    trained_windows: pd.DataFrame,
    curves: pd.DataFrame,
    per_gene: pd.DataFrame,
    expression: pd.DataFrame,
    embeddings: Embeddings,
) -> dict[str, object]:
    """Draw what was scored, how well, and how it was trained."""
    coordinate = _embedded(expression, embeddings).coordinate()
    return {
        "forecast_scatter": forecast_scatter(backtest),
        "changes": changes(backtest),
        "accuracy_by_time": accuracy_by_time(backtest),
        "coordinates": coordinates(
            np.array(metrics.last_value_pearson_by_coordinate, dtype=float),
            metrics.arms["step"].pearson,
        ),
        "loss_by_epoch": loss_by_epoch(curves),
        "gene_scores": gene_scores(per_gene),
        "gene_courses": gene_courses(per_gene, coordinate, backtest, trained_windows),
    }


def draw_graph(
    edges: pd.DataFrame, expression: pd.DataFrame, embeddings: Embeddings
) -> dict[str, object]:
    """Draw the graph at the first time, and how the embedding moves."""
    by_time, course = _by_time(expression), _embedded(expression, embeddings)
    return {
        "graph": gene_network(edges, by_time, by_time.index[0], "day"),
        "embedding_paths": embedding_paths(course.embeddings, course.genes),
    }


def fill_workbook(
    metrics: PublishedMetrics,
    per_gene: pd.DataFrame,
    backtest: pd.DataFrame,
    edges: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Collect the tables as sheets."""
    scores = asdict(metrics)
    seeds = {f"step, seed {seed}": row for seed, row in scores["seeds"].items()}
    arms = scores["arms"] | seeds | {"reported": scores["reported"]}
    summary = {
        name: value
        for name, value in scores.items()
        if value is not None and not isinstance(value, dict | tuple)
    }
    return {
        "summary": pd.DataFrame(summary.items(), columns=["name", "value"]),
        "arms": pd.DataFrame([{"arm": arm} | row for arm, row in arms.items()]),
        "genes": per_gene,
        "forecast": backtest,
        "gene_pairs": edges,
    }


def write_report(
    metrics: PublishedMetrics,
    per_gene: pd.DataFrame,
    settings: PublishedSettings,
    **figures: bytes | dict[str, bytes],
) -> str:
    """Write the report: one HTML page that says on top what is scored."""
    pages = figures.pop("gene_courses")
    return render_report(
        "step.published",
        figures,
        [pages[name] for name in sorted(pages)],
        captions=CAPTIONS,
        metrics=metrics,
        by_coordinate=pd.Series(metrics.last_value_pearson_by_coordinate, dtype=float),
        training=settings.network.training,
        genes=records(per_gene),
    )


def _by_time(expression: pd.DataFrame) -> pd.DataFrame:
    """Arrange expression as time × gene, genes in the order of the table."""
    wide = expression.pivot(index="time", columns="gene", values="mean")
    return wide[expression["gene"].unique()]


def _embedded(expression: pd.DataFrame, embeddings: Embeddings) -> EmbeddedCourse:
    """Name the genes and times of the embeddings."""
    genes = expression["gene"].unique()
    return EmbeddedCourse(genes, embeddings.times, embeddings.embeddings)
