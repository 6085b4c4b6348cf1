"""Kedro datasets: how a field's file becomes a table and back."""

from step.datasets.checkpoint import CheckpointDataset
from step.datasets.contact_map import ContactMapDataset
from step.datasets.gene_annotation import GeneAnnotationDataset
from step.datasets.gene_sets import GeneSetsDataset
from step.datasets.h5ad import H5adDataset
from step.datasets.looked_up_names import LookedUpNamesDataset
from step.datasets.manifest import ManifestDataset
from step.datasets.network import NetworkDataset
from step.datasets.record import RecordDataset
from step.datasets.table import TableDataset
from step.datasets.text_contact_map import TextContactMapDataset
from step.datasets.whole_file import (
    ArrayDataset,
    FigureDataset,
    JSONDataset,
    ParquetDataset,
    TextDataset,
)
from step.datasets.workbook import WorkbookDataset

__all__ = [
    "ArrayDataset",
    "CheckpointDataset",
    "ContactMapDataset",
    "FigureDataset",
    "GeneAnnotationDataset",
    "GeneSetsDataset",
    "H5adDataset",
    "JSONDataset",
    "LookedUpNamesDataset",
    "ManifestDataset",
    "NetworkDataset",
    "ParquetDataset",
    "RecordDataset",
    "TableDataset",
    "TextContactMapDataset",
    "TextDataset",
    "WorkbookDataset",
]
