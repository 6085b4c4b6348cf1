"""Tables of the genome: what is annotated where, the bins of the contact map, genes and pairs."""

import pandas as pd

from step.schemas.columns import Integer, Number, Text, YesNo, column, rows_satisfy
from step.schemas.table import Table


class Annotation(Table, key=("gene", "chrom", "tss")):
    """The transcription start sites of the annotated genes, in the names of the contact map.

    A gene annotated at several places has a row for each.
    """

    gene: Text = column(description="symbol")
    chrom: Text = column(description="chromosome, as the contact map calls it")
    tss: Integer = column(ge=0, description="transcription start site, base pairs, 0-based")
    strand: Text = column(isin=["+", "-", "."], description="strand; `.` where unknown")
    gene_id: Text = column(nullable=True, description="its identifiers, joined by semicolons")


class _Interval(Table):
    """Where a bin lies."""

    chrom: Text = column(description="chromosome")
    start: Integer = column(ge=0, description="first base, base pairs, 0-based")
    end: Integer = column(ge=0, description="base after the last, base pairs")

    @rows_satisfy(error="start < end")
    def has_a_length(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse empty bins."""
        return table["start"] < table["end"]


class _Chromatin(Table):
    """The chromatin features of a bin, or of the bin of a gene."""

    eigenvector: Number = column(
        nullable=True,
        description="compartment eigenvector of the bin; positive where genes are dense",
    )
    compartment: Text = column(
        nullable=True, isin=["A", "B"], description="A where the eigenvector is positive, else B"
    )
    insulation_score: Number = column(
        nullable=True, description="insulation score of the bin, log2"
    )
    boundary_strength: Number = column(
        nullable=True,
        ge=0,
        description="prominence of the insulation score at the domain boundary in the bin, log2; "
        "missing where there is no boundary",
    )
    tad_boundary_distance: Number = column(
        nullable=True, ge=0, description="from the bin's middle to the nearest boundary, base pairs"
    )


class Bins(_Chromatin, _Interval, key=("chrom", "start")):
    """The bins of the contact map, with their chromatin features.

    A feature is missing where the map has too few contacts.
    """


class Places(Table, key=("gene",)):
    """Symbol and place of every gene of the study, or the reason why it has none."""

    gene: Text = column(description="name in the study")
    symbol: Text = column(description="symbol, as in the annotation where it is found there")
    chrom: Text = column(nullable=True, description="chromosome")
    tss: Integer = column(
        nullable=True, ge=0, description="transcription start site, base pairs, 0-based"
    )
    strand: Text = column(
        nullable=True, isin=["+", "-", "."], description="strand; `.` where unknown"
    )
    unplaced: Text = column(nullable=True, description="why the gene has no place")

    @rows_satisfy(error="chrom and tss, or unplaced")
    def placed_or_explained(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse a gene without a place and without a reason."""
        return table["unplaced"].notna() | (table["chrom"].notna() & table["tss"].notna())


class Genes(_Chromatin, Places):
    """Place, chromatin features and noise of every gene of the study."""

    bin: Integer = column(nullable=True, ge=0, description="row of the gene's bin in `genome.bins`")
    noise_variance: Number = column(
        nullable=True,
        ge=0,
        description="replicate variance of a time's mean, over times on average, log2²; missing "
        "without replicates",
    )
    reliability: Number = column(
        nullable=True,
        ge=0,
        le=1,
        description="share of the variance of the time means that noise does not explain",
    )
    detected_share: Number = column(
        nullable=True, ge=0, le=1, description="share of the samples above the background"
    )


class Edges(Table, key=("gene_1", "gene_2", "kind")):
    """The edges of the graph of genes.

    What describes a contact is missing where the edge is regulatory.
    """

    gene_1: Text = column(description="a gene; the regulator where the edge is regulatory")
    gene_2: Text = column(description="the other gene")
    kind: Text = column(isin=["contact", "regulatory"], description="what connects the genes")
    contact: Number = column(nullable=True, ge=0, description="balanced contact of the two bins")
    observed_expected: Number = column(
        nullable=True,
        ge=0,
        description="contact relative to the mean at this distance; missing for genes of one bin "
        "or of neighbouring bins",
    )
    distance: Integer = column(
        nullable=True, ge=0, description="between the transcription start sites, base pairs"
    )
    same_compartment: YesNo = column(nullable=True, description="whether both lie in A, or in B")
    tad_similarity: Number = column(
        nullable=True,
        ge=0,
        le=1,
        description="1 / (1 + difference of the distances to the nearest boundary, in bins)",
    )
    insulation_similarity: Number = column(
        nullable=True, ge=0, le=1, description="1 / (1 + difference of the insulation scores)"
    )
    weight: Number = column(
        description="weight of the edge; negative where the regulator lowers the other gene"
    )

    @rows_satisfy(error="gene_1 ≠ gene_2")
    def joins_two_genes(cls, table: pd.DataFrame) -> pd.Series:
        """Refuse a gene as its own neighbour."""
        return table["gene_1"] != table["gene_2"]
