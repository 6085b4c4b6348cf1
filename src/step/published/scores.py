"""Scores of the published protocol, beside what they hide."""

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from step.evaluation.scores import PointScores, defined, score_arms, score_genes
from step.graphs.gene_graph import GeneGraph
from step.published.embedding import EmbeddedCourse
from step.published.settings import PublishedSettings, Remarks, ReportedScores


@dataclass(frozen=True)
class PublishedScores(PointScores):
    """Scores of one arm on the held-out windows, in the coordinate's units.

    Attributes:
        r2_pooled: Share of the variance of all values together that is explained, which differences
            between genes inflate; the R² that the publication reports. None where undefined.
    """

    r2_pooled: float | None = None


@dataclass(frozen=True, kw_only=True)
class PublishedMetrics:
    """All scores of an assay by the published protocol.

    Attributes:
        study: Name of the study.
        assay: `mrna` or `mirna`.
        scored: What is scored, in words.
        n_genes: Number of genes.
        n_times: Number of times.
        n_origins: Number of held-out windows.
        n_connected_components: Of the graph.
        component_mean_share: See `component_mean_share`; None for a constant coordinate.
        target_expression_pearson: Correlation of the scored coordinate with expression, over all
            genes and times; None where one is constant.
        arms: Scores by arm; those of `step` are means over the seeds, and None where one seed's is.
        seeds: Scores of `step` by seed.
        last_value_pearson_all_windows: Of the scored coordinate, over all windows; None for a
            constant one.
        last_value_pearson_by_coordinate: Of each coordinate of the embedding, on the held-out
            windows, the scored one last; None for a constant one.
        reported: The authors' own scores.
        remarks: On the authors' table and on differences from the publication.
    """

    study: str
    assay: str
    scored: str
    n_genes: int
    n_times: int
    n_origins: int
    n_connected_components: int
    component_mean_share: float | None = None
    target_expression_pearson: float | None = None
    arms: dict[str, PublishedScores]
    seeds: dict[str, PublishedScores]
    last_value_pearson_all_windows: float | None = None
    last_value_pearson_by_coordinate: tuple[float | None, ...]
    reported: ReportedScores
    remarks: Remarks


def score_published(
    backtest: pd.DataFrame,
    expression: pd.DataFrame,
    course: EmbeddedCourse,
    graph: GeneGraph,
    settings: PublishedSettings,
) -> PublishedMetrics:
    """Score all arms and seeds, and measure what their scores hide.

    Args:
        backtest: arm, seed, origin, target_time, gene, observed, forecast.
        expression: Time × gene, as the course.
        course: The embedding, in which the last coordinate is scored.
        graph: The graph of genes.
        settings: Of the protocol.
    """
    coordinate = course.coordinate().astype(float)
    values = course.embeddings.astype(float)
    n_coordinates = values.shape[-1]
    scores = score_runs(backtest, coordinate)
    runs = scores[scores["arm"] == "step"].set_index("seed").drop(columns="arm").astype(float)
    others = scores[scores["arm"] != "step"].set_index("arm").drop(columns="seed").astype(float)
    others.loc["last_value", "direction_accuracy"] = np.nan  # no change has no direction
    held_out = np.searchsorted(course.times, backtest["origin"].unique())
    everywhere = np.arange(settings.network.training.window - 1, len(values) - 1)
    component = graph.connected_parts()
    return PublishedMetrics(
        study=settings.study,
        assay=settings.assay,
        scored=f"coordinate {n_coordinates} of {n_coordinates} of an embedding, not expression",
        n_genes=len(course.genes),
        n_times=len(course.times),
        n_origins=len(held_out),
        n_connected_components=int(component.max()) + 1,
        component_mean_share=defined(component_mean_share(coordinate, component)),
        target_expression_pearson=defined(coordinate.stack().corr(expression.stack())),
        arms={"step": _scores(runs.mean(skipna=False))}
        | {str(arm): _scores(row) for arm, row in others.iterrows()},
        seeds={str(seed): _scores(row) for seed, row in runs.iterrows()},
        last_value_pearson_all_windows=defined(score_coordinates(values, everywhere)[-1]),
        last_value_pearson_by_coordinate=tuple(map(defined, score_coordinates(values, held_out))),
        reported=settings.reported,
        remarks=settings.remarks,
    )


def score_runs(backtest: pd.DataFrame, coordinate: pd.DataFrame) -> pd.DataFrame:
    """Score each arm, and each seed of an arm by itself.

    Args:
        backtest: arm, seed, origin, target_time, gene, observed, forecast.
        coordinate: The scored coordinate, time × gene.

    Returns:
        arm, seed (missing where there is none), the columns of
        `step.evaluation.scores.score_arms`, and r2_pooled (see `PublishedScores`).
    """
    scored = coordinate.rename_axis(index="time", columns="gene").stack().rename("mean")
    rows = []
    for (arm, seed), run in backtest.groupby(["arm", "seed"], sort=False, dropna=False):
        scores = score_arms(run, scored.reset_index()).loc[arm]
        variance = run["observed"].var(ddof=0)
        pooled = 1.0 - scores["mse"] / variance if variance > 0 else np.nan
        rows.append({"arm": arm, "seed": seed} | scores.to_dict() | {"r2_pooled": pooled})
    return pd.DataFrame(rows)


def score_coordinates(embeddings: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Correlate the last value of each coordinate with its next one (pooled Pearson).

    Args:
        embeddings: Shape `[time, gene, dimension]`.
        last: The times forecast from, shape `[window]`.

    Returns:
        Shape `[dimension]`; NaN for a coordinate that does not change.
    """
    before, after = (
        values.reshape(-1, values.shape[-1]) for values in (embeddings[last], embeddings[last + 1])
    )
    before, after = before - before.mean(axis=0), after - after.mean(axis=0)
    products = (before * after).sum(axis=0)
    squares = (before**2).sum(axis=0) * (after**2).sum(axis=0)
    return products / np.sqrt(np.where(squares > 0, squares, np.nan))


def component_mean_share(coordinate: pd.DataFrame, component: np.ndarray) -> float:
    """Compute how much of a coordinate is common to each connected component of the graph.

    Args:
        coordinate: Time × gene.
        component: Number of each gene's connected component, shape `[gene]`.

    Returns:
        The share of the coordinate's variance over all genes and times that stays when each gene
        is replaced by its component's mean at the time; NaN for a constant.
    """
    within = coordinate - coordinate.T.groupby(component).transform("mean").T
    variance = np.var(coordinate.to_numpy())
    return float(1.0 - np.mean(within.to_numpy() ** 2) / variance) if variance else np.nan


def tabulate_published(
    backtest: pd.DataFrame, expression: pd.DataFrame, edges: pd.DataFrame
) -> pd.DataFrame:
    """Tabulate the genes, the best forecast first.

    Args:
        backtest: As in `score_published`.
        expression: gene, time, mean.
        edges: gene_1, gene_2.

    Returns:
        gene, mse, pearson, spearman (means over the seeds), last_value_pearson, partners (edges of
        the gene), expression_range (in the table's units).
    """
    network = backtest[backtest["arm"] == "step"]
    scores = [score_genes(run) for _, run in network.groupby("seed")]
    mean = sum(scores) / len(scores)
    last = score_genes(backtest[backtest["arm"] == "last_value"])
    partners = pd.concat([edges["gene_1"], edges["gene_2"]]).value_counts()
    values = expression.groupby("gene")["mean"]
    table = pd.DataFrame(
        {
            "mse": mean["mse"],
            "pearson": mean["pearson"],
            "spearman": mean["spearman"],
            "last_value_pearson": last["pearson"],
            "partners": partners.reindex(mean.index, fill_value=0),
            "expression_range": values.max() - values.min(),
        }
    )
    return table.sort_values("pearson", ascending=False).rename_axis("gene").reset_index()


def _scores(row: pd.Series) -> PublishedScores:
    return PublishedScores(
        **{field.name: defined(row[field.name]) for field in fields(PublishedScores)}
    )
