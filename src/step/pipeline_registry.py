"""The named pipelines."""

from kedro.pipeline import Pipeline

from step.pipelines.ablation.pipeline import create_pipeline as ablation
from step.pipelines.check.pipeline import create_pipeline as check
from step.pipelines.embedding.pipeline import create_pipeline as embedding
from step.pipelines.graph_engineering import pipeline as graph_engineering
from step.pipelines.ingestion import pipeline as ingestion
from step.pipelines.modelling.pipeline import create_pipeline as modelling
from step.pipelines.pretraining.pipeline import create_pipeline as pretraining
from step.pipelines.published.pipeline import create_pipeline as published
from step.pipelines.reporting.pipeline import create_pipeline as reporting
from step.pipelines.simulation.pipeline import create_pipeline as simulation
from step.pipelines.sweep.pipeline import create_pipeline as sweep
from step.pipelines.verify.pipeline import create_pipeline as verify
from step.project.selection import ASSAYS


def register_pipelines() -> dict[str, Pipeline]:
    """Each assay from raw files to report, each stage for both, and what is run on request."""
    ingested = {
        "genome": ingestion.create_genome_pipeline(),
        "mrna": ingestion.create_pipeline("mrna", with_targets=False),
        "mirna": ingestion.create_pipeline("mirna", with_targets=True),
    }
    graphs = {
        "genome": graph_engineering.create_genome_pipeline(),
        "mrna": graph_engineering.create_pipeline("mrna"),
        "mirna": graph_engineering.create_pipeline("mirna"),
    }
    embedded = {assay: embedding(assay) for assay in ASSAYS}
    modelled = {assay: modelling(assay) for assay in ASSAYS}
    reported = {
        "mrna": reporting("mrna", with_targets=False),
        "mirna": reporting("mirna", with_targets=True),
    }
    prepared = {
        assay: ingested["genome"]
        + ingested[assay]
        + graphs["genome"]
        + graphs[assay]
        + embedded[assay]
        for assay in ASSAYS
    }
    whole = {assay: prepared[assay] + modelled[assay] + reported[assay] for assay in prepared}
    return {
        "__default__": whole["mrna"] + whole["mirna"],
        **whole,
        "ingestion": sum(ingested.values(), Pipeline([])),
        "gene_names": ingested["genome"]
        + ingestion.create_lookup_pipeline("mrna", with_targets=False)
        + ingestion.create_lookup_pipeline("mirna", with_targets=True),
        "graph_engineering": sum(graphs.values(), Pipeline([])),
        "embedding": sum(embedded.values(), Pipeline([])),
        "modelling": sum(modelled.values(), Pipeline([])),
        "mrna_modelling": modelled["mrna"],
        "mirna_modelling": modelled["mirna"],
        "reporting": sum(reported.values(), Pipeline([])),
        "ablation": sum((prepared[assay] + ablation(assay) for assay in ASSAYS), Pipeline([])),
        "pretraining": pretraining(),
        "published_mrna": published("mrna"),
        "published_mirna": published("mirna"),
        "simulation": simulation(),
        "sweep": sweep(),
        "check": check(),
        "verify": verify(),
    }
