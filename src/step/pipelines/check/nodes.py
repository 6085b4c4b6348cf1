"""Each source understood, and held against settings and other sources."""

import logging
from dataclasses import dataclass

import pandas as pd

from step.errors import InputError, counted, listed
from step.expression.layout_guess import (
    find_contradictions,
    guess_layout,
    numbered_headers,
    scale_words,
    suggestion,
)
from step.expression.normalisation import Normalisation, normalise, tidy
from step.expression.replicates import identical_samples
from step.expression.samples import Measurements, TableLayout, read_genes, read_measurements
from step.expression.targets import Nodes
from step.forecasting.backtest import BacktestSettings
from step.forecasting.origins import forecast_origins, n_history
from step.genome.contacts import Genome, check_assembly, check_contacts, fit_annotation
from step.genome.descriptions import describe_annotation, describe_map, other_assembly
from step.genome.features import Features, insulation_window, kept_chromosomes
from step.genome.placement import choose_tss, place_genes
from step.graphs.regulation import (
    contradicted,
    read_regulation,
    regulatory_edges,
    unconnected,
)
from step.pipelines.check.findings import StudyCheck, Understood, join_checks, list_understood
from step.pipelines.ingestion.nodes import choose_nodes, find_targets, read_symbols
from step.project.catalog import Reading

FEW = 0.5  # share of the genes below which their names are doubted
MOST_TIMES = 60

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Course:
    """An expression table, as far as it was understood.

    Attributes:
        source: Where it was read.
        layout: Of the table, as it seems to be.
        genes: Names in the table; of a NanoString table, of its endogenous probes.
        values: gene, sample, time, replicate, value (log2), detected; None where the table cannot
            be normalised.

    Without a table, or where it cannot be understood, there are no genes.
    """

    source: Reading
    layout: TableLayout
    genes: list[str]
    values: pd.DataFrame | None


def check_genome(
    hic_contacts: Reading, gene_annotation: Reading, genome: Genome, features: Features
) -> tuple[StudyCheck, pd.DataFrame]:
    """Check map and annotation, and find the genes' transcription start sites.

    Without an annotation, there are none.
    """
    check = StudyCheck()
    contacts, annotation = check.content(hic_contacts), check.content(gene_annotation)
    if contacts is not None:
        check.understand(hic_contacts, describe_map(contacts))
        check.attempt(check_contacts, contacts, of=[hic_contacts])
        check.attempt(check_assembly, contacts, genome.assembly, of=[hic_contacts])
        if contacts.binsize is not None:
            check.attempt(insulation_window, contacts.binsize, features, of=[hic_contacts])
        excluded = features.excluded_chromosomes
        check.attempt(kept_chromosomes, contacts, excluded, of=[hic_contacts])
        doubt = other_assembly(contacts, genome.assembly)
        check.doubts += [doubt] if doubt else []
    if annotation is None:
        return check, pd.DataFrame()
    check.understand(gene_annotation, describe_annotation(annotation))
    fitted = None
    if contacts is not None:
        both = [gene_annotation, hic_contacts]
        ignored = genome.ignored_chromosomes
        fitted = check.attempt(fit_annotation, annotation, contacts, ignored, of=both)
    return check, choose_tss(annotation if fitted is None else fitted)


def check_table(
    raw_expression: Reading,
    sample_sheet: Reading,
    layout: TableLayout,
    normalisation: Normalisation,
    backtest: BacktestSettings,
) -> tuple[StudyCheck, Course]:
    """Check an expression table and its sample sheet.

    Where the table contradicts its layout, it is read on as it seems to be laid out.
    """
    check = StudyCheck()
    table, sheet = check.content(raw_expression), check.content(sample_sheet)
    if sheet is not None:
        columns = f"{len(sheet)} samples; columns {listed(sheet.columns)}"
        check.understand(sample_sheet, columns)
    if table is None or sample_sheet.fault:
        return check, Course(raw_expression, layout, [], None)
    guess = guess_layout(table, layout, sheet)
    sources = [raw_expression, sample_sheet]
    words = scale_words(table, guess)
    assay = raw_expression.name.partition(".")[0]
    for name, message in find_contradictions(table, layout, guess, sheet, "raw_expression").items():
        setting = "time_unit" if name == "time_unit" else f"{assay}.layout.{name}"
        looks = suggestion(setting, getattr(layout, name), getattr(guess, name), words)
        if message:
            check.blame(f"{message} {looks}".strip(), *sources)
        elif name == "scale":
            check.doubts.append(looks)
    numbered = numbered_headers(table, guess) if sheet is None else []
    if numbered:
        check.doubts.append(
            f"raw_expression: the headers {listed(numbered)} look like repeated ones that a "
            f"program numbered. If {numbered[-1]} is a replicate and no time of its own, call it "
            f"{numbered[-1].rpartition('.')[0]}_rep{len(numbered)}."
        )
    measurements = check.attempt(
        read_measurements, table, guess, sheet, "raw_expression", of=sources
    )
    if measurements is None:
        check.understand(
            raw_expression,
            f"{len(table)} rows × {table.shape[1]} columns; the values look like {words}",
        )
        return check, Course(raw_expression, guess, _genes_alone(table, guess), None)
    check.understand(raw_expression, _describe_course(measurements, words))
    if copies := identical_samples(measurements.values):
        check.doubts.append(f"{raw_expression.name}: {copies}")
    n_times = measurements.samples["time"].nunique()
    check.attempt(forecast_origins, n_times, backtest, of=[raw_expression])
    genes, values = measurements.values.index.unique().tolist(), None
    if guess.scale == layout.scale:  # else the normalisation does not fit it either
        n_reference = n_history(n_times, backtest)
        normalised = check.attempt(
            normalise, measurements, normalisation, n_reference, of=[raw_expression]
        )
        if normalised is not None:
            genes, values = list(normalised.values.index), tidy(normalised, measurements.samples)
    return check, Course(raw_expression, guess, genes, values)


def _genes_alone(table: pd.DataFrame, layout: TableLayout) -> list[str]:
    """The genes of a table whose values cannot be read; none where they cannot be read either."""
    try:
        return read_genes(table, layout, "raw_expression").unique().tolist()
    except InputError:
        return []


def _describe_course(measurements: Measurements, words: str) -> str:
    """Say what a table holds: its genes, samples, times with their replicates, and scale."""
    counts = measurements.samples.groupby("time").size()
    times = [f"{time:g} ({n})" for time, n in counts.items()]
    if len(times) > MOST_TIMES:
        times[MOST_TIMES - 1 : -1] = ["…"]
    return (
        f"{counted(measurements.values.index.nunique(), 'gene')} × "
        f"{counted(len(measurements.samples), 'sample')} at "
        f"{len(counts)} times; {measurements.layout.time_unit} (replicates): {', '.join(times)}; "
        f"the values look like {words}"
    )


def list_genes(course: Course) -> list[str]:
    """The genes of a table."""
    return course.genes


def check_targets(course: Course, targets: Reading, nodes: Nodes) -> tuple[StudyCheck, list[str]]:
    """Check which genes the miRNAs of a table stand for: themselves, if so set."""
    check = StudyCheck()
    table = check.content(targets)
    if table is not None:
        named = [f"{table[name].nunique()} {name}" for name in table.columns if len(table)]
        check.understand(targets, f"{len(table)} rows; different values: {', '.join(named)}")
    if not course.genes or targets.fault:
        return check, []
    both = [targets, course.source]
    found = check.attempt(find_targets, table, course.source.content, course.layout, nodes, of=both)
    if nodes == "mirnas" or found is None:
        return check, course.genes if nodes == "mirnas" else []
    chosen, doubt = found
    check.doubts += [doubt] if doubt else []
    if course.values is None:
        return check, sorted(set(chosen["target_gene"]))
    values = check.attempt(choose_nodes, course.values, chosen, nodes, of=both)
    return check, [] if values is None else values["gene"].unique().tolist()


def check_places(
    genes: list[str], gene_names: Reading, looked_up_names: pd.DataFrame, tss: pd.DataFrame
) -> tuple[StudyCheck, pd.DataFrame]:
    """Check whether a study's genes are found in the annotation.

    Without genes, names or an annotation, there are no places.
    """
    check = StudyCheck()
    assay = gene_names.name.partition(".")[0]
    table = check.content(gene_names)
    names = None
    if not gene_names.fault:
        names = check.attempt(read_symbols, table, looked_up_names, of=[gene_names])
    if names is not None and table is not None:
        known = len(set(genes) & set(names.index))
        check.understand(gene_names, f"symbols of {len(names)} names, {known} of the table's")
    if not genes or names is None or tss.empty:
        return check, pd.DataFrame()
    places = place_genes(genes, names, tss)
    lost = places[places["unplaced"].notna()]
    of_all = f"{len(places) - len(lost)} of {counted(len(places), 'gene')}"
    placed = f"{of_all} of {assay} have a place"
    check.understood.append(Understood(f"{assay}.places", None, placed))
    if len(lost) > FEW * len(places):
        check.doubts.append(
            f"Only {placed}. The study calls them {listed(lost['symbol'])}, the annotation "
            f"{listed(tss['gene'])}: do the names follow one convention?"
        )
    return check, places


def check_gene_sets(
    gene_sets: Reading,
    regulation: Reading,
    mrna_places: pd.DataFrame,
    mirna_places: pd.DataFrame,
) -> StudyCheck:
    """Check whether gene sets and regulatory edges name the study's genes."""
    check = StudyCheck()
    known = {"mrna": mrna_places, "mirna": mirna_places}
    places = {assay: found for assay, found in known.items() if len(found)}
    sets, table = check.content(gene_sets), check.content(regulation)
    if sets is not None:
        members = {gene.upper() for genes in sets.values() for gene in genes}
        shares = [f"{counted(len(sets), 'set')} of {counted(len(members), 'gene')}"]
        for assay, found in places.items():
            n_members = int(found["symbol"].str.upper().isin(members).sum())
            shares.append(f"{n_members} of {counted(len(found), 'gene')} of {assay} are in them")
            if not n_members:
                check.doubts.append(
                    f"gene_sets: no set names a gene of {assay}. The sets name "
                    f"{listed(sorted(members))}; these are {listed(found['symbol'])}."
                )
        check.understand(gene_sets, "; ".join(shares))
    if table is None:
        return check
    edges = check.attempt(read_regulation, table, "regulatory_edges", of=[regulation])
    if edges is not None:
        shares = [
            f"{counted(len(edges), 'edge')} of {counted(edges['source'].nunique(), 'regulator')}"
        ]
        for assay, found in places.items():
            n_edges = len(regulatory_edges(edges, found))
            shares.append(f"{n_edges} connect genes of {assay}")
            if not n_edges:
                check.doubts.append(unconnected(edges, found, f"genes of {assay}"))
        if void := contradicted(edges):
            check.doubts.append(void)
        check.understand(regulation, "; ".join(shares))
    return check


def summarise(*checks: StudyCheck) -> StudyCheck:
    """Put all findings together; what was understood, and what is doubtful, is logged."""
    check = join_checks(*checks)
    if check.understood:
        logger.info("What was understood:\n%s", list_understood(check))
    for doubt in check.doubts:
        logger.warning("%s", doubt)
    if not check.problems:
        doubtful = f", but {len(check.doubts)} to look at" if check.doubts else ""
        logger.info("nothing to mend%s", doubtful)
    return check
