"""Raw files to samples, expression and places."""

import logging

import cooler
import pandas as pd

from step.errors import InputError, require_columns
from step.expression.normalisation import Normalisation, normalise
from step.expression.samples import (
    Measurements,
    TableLayout,
    average_over_targets,
    read_measurements,
    read_targets,
)
from step.forecasting.backtest import BacktestConfig, check_course, n_history
from step.genome.contacts import Genome, check_annotation, check_contacts
from step.genome.features import Features
from step.genome.placement import place_genes, read_gene_names

logger = logging.getLogger(__name__)


def check_genome(
    gene_annotation: pd.DataFrame, hic_contacts: cooler.Cooler, genome: Genome, features: Features
) -> pd.DataFrame:
    """The annotation in the map's terms, once both are known to fit one another."""
    check_contacts(hic_contacts, features.insulation_window)
    return check_annotation(gene_annotation, hic_contacts, genome)


def understand_table(
    raw_expression: pd.DataFrame, layout: TableLayout, backtest: BacktestConfig, window: int
) -> Measurements:
    """Genes, samples and values of a lab's table; what was understood is logged.

    A course that is too short for the backtest and the network's window ends the run here.
    """
    measurements = read_measurements(raw_expression, layout, "raw_expression")
    replicates = measurements.samples.groupby("time").size()
    check_course(len(replicates), window, backtest)
    logger.info(
        "%d genes, %d samples at %d times; replicates a time:\n%s",
        len(measurements.values),
        len(measurements.samples),
        len(replicates),
        ", ".join(f"{time:g}: {count}" for time, count in replicates.items()),
    )
    return measurements


def understand_names(gene_names: pd.DataFrame | None) -> pd.Series:
    """Assay name → symbol; empty where the study has no table of names."""
    if gene_names is None:
        return pd.Series(dtype=object)
    return read_gene_names(gene_names, "gene_names")


def understand_targets(
    targets: pd.DataFrame, raw_expression: pd.DataFrame, layout: TableLayout
) -> pd.DataFrame:
    """The targets of the measured miRNAs."""
    require_columns(raw_expression, [layout.gene_column], "raw_expression")
    mirnas = pd.Index(raw_expression[layout.gene_column].str.strip())
    return read_targets(targets, mirnas, "targets")


def normalise_samples(
    measurements: Measurements, normalisation: Normalisation, backtest: BacktestConfig
) -> pd.DataFrame:
    """Normalised samples; references are chosen before the first forecast origin."""
    n_times = measurements.samples["time"].nunique()
    return normalise(measurements, normalisation, n_history(n_times, backtest))


def choose_nodes(normalised: pd.DataFrame, targets: pd.DataFrame, nodes: str) -> pd.DataFrame:
    """The samples of the forecast's genes: the miRNAs' target genes, or the miRNAs themselves."""
    if nodes == "targets":
        return average_over_targets(normalised, targets)
    if nodes == "mirnas":
        return normalised
    raise InputError(f"`mirna.nodes` is {nodes!r}; it is `targets` or `mirnas`.")


def find_places(
    expression: pd.DataFrame, names: pd.Series, annotation: pd.DataFrame
) -> pd.DataFrame:
    """Symbol and place of every gene of the study."""
    places = place_genes(expression["gene"].drop_duplicates().tolist(), names, annotation)
    lost = places["unplaced"].value_counts()
    logger.info(
        "%d of %d genes placed on the genome%s",
        int(places["unplaced"].isna().sum()),
        len(places),
        "".join(f"; {count}: {reason}" for reason, count in lost.items()),
    )
    return places
