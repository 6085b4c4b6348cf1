"""Tables of expression: the samples, and what their replicates say together."""

from step.schemas.columns import Integer, Number, Text, YesNo, column
from step.schemas.table import Table


class SampleTable(Table, key=("sample",)):
    """The samples as they were understood, in chronological order."""

    sample: Text = column(description="header in the source; numbered where it is repeated")
    time: Number = column(description="time, the study's unit")
    replicate: Text = column(description="label of the replicate, or its number")
    batch: Text = column(nullable=True, description="batch, where the sample sheet names one")
    detected_share: Number = column(
        ge=0, le=1, description="share of the genes above the background"
    )
    quality: Text = column(nullable=True, description="what is unusual; missing where nothing is")


class Samples(Table, key=("gene", "sample")):
    """The normalised value of every gene in every sample."""

    gene: Text = column(description="name in the study")
    sample: Text = column(description="name in the sample table")
    time: Number = column(description="time, the study's unit")
    replicate: Text = column(description="label of the replicate, or its number")
    value: Number = column(nullable=True, description="expression, log2; missing if not measured")
    detected: YesNo = column(description="whether it is above the background")


class Expression(Table, key=("gene", "time")):
    """What the replicates of a gene and time say together, times ascending within a gene."""

    gene: Text = column(description="name in the study")
    time: Number = column(description="time, the study's unit")
    mean: Number = column(nullable=True, description="mean of the replicates, log2")
    median: Number = column(nullable=True, description="median of the replicates, log2")
    weighted_mean: Number = column(
        nullable=True,
        description="mean of the replicates, weighted by their samples' quality, log2",
    )
    standard_error: Number = column(
        nullable=True, ge=0, description="of the mean, log2; missing with less than two replicates"
    )
    n_replicates: Integer = column(ge=0, description="number of measured replicates")
    detected_share: Number = column(
        ge=0, le=1, description="share of the replicates above the background"
    )
