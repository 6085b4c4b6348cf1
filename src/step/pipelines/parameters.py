"""All parameters of a study: what stands in its parameters files and in globals.yml."""

from typing import Literal

from step.datasets.limits import SourceLimits
from step.embeddings.engines import EmbeddingConfig
from step.expression.normalisation import Normalisation
from step.expression.samples import TableLayout
from step.expression.times import TimeUnit
from step.forecasting.backtest import BacktestSettings
from step.forecasting.in_context import NetworkSettings
from step.forecasting.pretraining import PretrainingSettings
from step.genome.contacts import Genome
from step.genome.features import Features
from step.models.in_context import InContextConfig
from step.pipelines.graph_engineering.nodes import PairSettings
from step.pipelines.ingestion.nodes import Nodes
from step.pipelines.sweep.settings import SweepSettings
from step.published.settings import PublishedSettings
from step.reports.study import ReportConfig
from step.runtime import RuntimeSettings
from step.simulation.study import Simulation
from step.typed import Name, settings


@settings
class Globals:
    """What every file of a study may refer to as `${globals:…}`.

    Attributes:
        study: Names the study and the folders of its results: at most 100 letters, digits, `.`, `_`
            and `-`, the first a letter or digit.
        time_unit: The unit of the study's times.
        species: For looking up names at mygene.info and fetching libraries of Enrichr, if that is
            asked for.
    """

    study: Name
    time_unit: TimeUnit
    species: Name | None = None


@settings
class AssayParameters:
    """What both assays have.

    Attributes:
        layout: How the lab's table is laid out.
        normalisation: How samples are made comparable.
        pairs: Which gene pairs are edges, and what they weigh.
        embedding: How genes are embedded.
        network: The pretrained network.
    """

    layout: TableLayout
    normalisation: Normalisation
    pairs: PairSettings
    embedding: EmbeddingConfig
    network: NetworkSettings


@settings
class MrnaParameters(AssayParameters):
    """The parameters of the mRNA course.

    Attributes:
        assay: Names the assay.
    """

    assay: Literal["mrna"]


@settings
class MirnaParameters(AssayParameters):
    """The parameters of the miRNA course.

    Attributes:
        assay: Names the assay.
        nodes: What is forecast: the genes that are `targets` of the miRNAs, or the `mirnas`
            themselves at their own places in the annotation.
    """

    assay: Literal["mirna"]
    nodes: Nodes


@settings
class PublishedAssays:
    """The publication's protocol for both assays.

    Attributes:
        mrna: Of mRNA.
        mirna: Of miRNA.
    """

    mrna: PublishedSettings
    mirna: PublishedSettings


@settings
class Pretraining:
    """Shapes of the networks, and how they are pretrained.

    Attributes:
        STEPmr: Shape of the network for mRNA.
        STEPmi: Shape of the network for miRNA.
        training: How both are pretrained.
    """

    STEPmr: InContextConfig
    STEPmi: InContextConfig
    training: PretrainingSettings


@settings
class Parameters:
    """All parameters, section by section.

    Attributes:
        sources: How much is taken from files and addresses.
        genome: The study's genome.
        features: Chromatin features.
        mrna: The mRNA course.
        mirna: The miRNA course.
        backtest: Origins, intervals and graph test.
        runtime: Where a run computes.
        report: What the report shows.
        pretraining: What is run by `--pipelines pretraining`.
        simulation: What is run by `--pipelines simulation`.
        sweep: What is run by `--pipelines sweep`.
        published: What is run by `--pipelines published_mrna` and `published_mirna`.
        species: For looking up names at mygene.info, and fetching libraries of Enrichr.
    """

    sources: SourceLimits
    genome: Genome
    features: Features
    mrna: MrnaParameters
    mirna: MirnaParameters
    backtest: BacktestSettings
    runtime: RuntimeSettings
    report: ReportConfig
    pretraining: Pretraining
    simulation: Simulation
    sweep: SweepSettings
    published: PublishedAssays
    species: Name | None = None
