"""Raw files to samples, expression and places."""

import logging

import cooler
import pandas as pd

from step.errors import InputError, listed
from step.expression.normalisation import (
    Normalisation,
    Normalised,
    drop_undetected,
    normalise,
    tidy,
)
from step.expression.replicates import identical_samples
from step.expression.samples import (
    TableLayout,
    describe_samples,
    read_genes,
    read_measurements,
)
from step.expression.targets import Nodes, average_over_targets, read_targets, untargeted
from step.forecasting.backtest import BacktestSettings
from step.forecasting.origins import forecast_origins, n_history
from step.genome.contacts import Genome, check_annotation, check_contacts
from step.genome.features import Features, insulation_window
from step.genome.gene_query import look_up_symbols
from step.genome.placement import place_genes, read_gene_names

logger = logging.getLogger(__name__)


def check_genome(
    gene_annotation: pd.DataFrame, hic_contacts: cooler.Cooler, genome: Genome, features: Features
) -> pd.DataFrame:
    """The annotation in the map's terms, once both are known to fit one another."""
    check_contacts(hic_contacts)
    insulation_window(hic_contacts.binsize, features)
    return check_annotation(gene_annotation, hic_contacts, genome)


def read_expression(
    raw_expression: pd.DataFrame,
    sample_sheet: pd.DataFrame | None,
    layout: TableLayout,
    normalisation: Normalisation,
    backtest: BacktestSettings,
) -> tuple[Normalised, pd.DataFrame]:
    """Read and normalise a lab's table; what was understood is logged.

    References are chosen before the first forecast origin. A course that is too short for the
    backtest ends the run here, as does one that cannot be normalised.
    """
    measurements = read_measurements(raw_expression, layout, sample_sheet, "raw_expression")
    samples = measurements.samples
    n_times = samples["time"].nunique()
    logger.info(
        "raw_expression: %d genes (%s), %d samples at %d times:\n%s",
        measurements.values.index.nunique(),
        layout.scale,
        len(samples),
        n_times,
        describe_samples(measurements),
    )
    if copies := identical_samples(measurements.values):
        logger.warning("raw_expression: %s", copies)
    forecast_origins(n_times, backtest)
    batches = samples.groupby("time")["batch"].nunique()
    if samples["batch"].nunique() > 1 and batches.max() == 1:
        logger.warning(
            "Each time lies in a single batch, and the batches differ between times: what looks "
            "like a change over time may be one of batch."
        )
    return normalise(measurements, normalisation, n_history(n_times, backtest)), samples


def read_symbols(gene_names: pd.DataFrame | None, looked_up_names: pd.DataFrame) -> pd.Series:
    """Assay name → symbol: of the study's own table, else as looked up; empty without either."""
    found = read_gene_names(looked_up_names, "looked_up_names")
    own = _own_names(gene_names)
    return pd.concat([own, found[~found.index.isin(own.index)]])


def _own_names(gene_names: pd.DataFrame | None) -> pd.Series:
    if gene_names is None:
        return pd.Series(dtype=object)
    return read_gene_names(gene_names, "gene_names")


def names_without_place(
    expression: pd.DataFrame, gene_names: pd.DataFrame | None, annotation: pd.DataFrame
) -> list[str]:
    """The names of the genes that have no place by the study's own table of names."""
    genes = expression["gene"].drop_duplicates().tolist()
    places = place_genes(genes, _own_names(gene_names), annotation)
    return places.loc[places["unplaced"].notna(), "gene"].tolist()


def ask_for_symbols(names: list[str], species: str | None) -> pd.DataFrame:
    """The symbols that mygene.info knows for the names; how many it found is logged."""
    answers = look_up_symbols(names, species)
    logger.info(
        "%d of %d names found at mygene.info", int((answers["symbol"] != "").sum()), len(answers)
    )
    return answers


def choose_targets(
    targets: pd.DataFrame | None, raw_expression: pd.DataFrame, layout: TableLayout, nodes: Nodes
) -> pd.DataFrame:
    """The targets of the measured miRNAs; it is logged where most have none."""
    chosen, doubt = find_targets(targets, raw_expression, layout, nodes)
    if doubt:
        logger.warning("%s", doubt)
    return chosen


def find_targets(
    targets: pd.DataFrame | None, raw_expression: pd.DataFrame, layout: TableLayout, nodes: Nodes
) -> tuple[pd.DataFrame, str]:
    """The targets of the measured miRNAs, and what is doubtful about them.

    There are none where the miRNAs themselves are forecast.
    """
    if nodes == "mirnas":
        return pd.DataFrame(columns=["mirna", "target_gene"]), ""
    if targets is None:
        raise InputError(
            "`mirna.nodes` is `targets`, but the study has no table of targets. Name one as "
            "mirna.targets in catalog_raw.yml, or set `mirna.nodes` to mirnas."
        )
    measured = read_genes(raw_expression, layout, "raw_expression")
    chosen = read_targets(targets, measured, "mirna.targets")
    return chosen, untargeted(measured.unique(), chosen)


def tabulate_samples(
    normalised: Normalised, samples: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a gene and sample, and the samples with their quality."""
    if normalised.quality:
        logger.warning(
            "%d of %d samples are far from the others, as the sample table says: %s",
            len(normalised.quality),
            len(samples),
            listed(normalised.quality),
        )
    share = normalised.detected.mean()
    table = samples.assign(
        detected_share=samples["sample"].map(share),
        quality=samples["sample"].map(normalised.quality),
    )
    return tidy(normalised, samples), table


def choose_nodes(values: pd.DataFrame, targets: pd.DataFrame, nodes: Nodes) -> pd.DataFrame:
    """The samples of the forecast's genes: the miRNAs' target genes, or the miRNAs themselves."""
    if nodes == "mirnas":
        return values
    chosen = average_over_targets(values, targets)
    if chosen.empty:
        raise InputError(
            "None of the miRNAs that the table of targets names is an endogenous probe. Correct "
            "the names in mirna.targets, or set `mirna.nodes` to mirnas."
        )
    lost = sorted(set(targets["target_gene"]) - set(chosen["gene"]))
    if lost:
        logger.warning(
            "%d target genes are left out, as none of their miRNAs is an endogenous probe: %s",
            len(lost),
            listed(lost),
        )
    return chosen


def keep_detected(
    chosen: pd.DataFrame, normalisation: Normalisation, backtest: BacktestSettings
) -> pd.DataFrame:
    """The samples without the genes that the study leaves out as not detected."""
    n_reference = n_history(chosen["time"].nunique(), backtest)
    kept = drop_undetected(chosen, normalisation.min_detected_share, n_reference)
    lost = chosen["gene"].nunique() - kept["gene"].nunique()
    if lost:
        logger.info(
            "%d genes left out: detected in less than %g of the samples of the first %d times",
            lost,
            normalisation.min_detected_share,
            n_reference,
        )
    return kept


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
