import pytest
from kedro.io import DatasetError

from step.datasets import GeneAnnotationDataset, GeneSetsDataset, TableDataset
from step.datasets.limits import MEGABYTE, SourceLimits, too_large

FILES = {
    "t.tsv": (TableDataset, "gene\ts1\n" + "a\t1\n" * 50),
    "s.gmt": (GeneSetsDataset, "".join(f"set{n}\t-\ta\tb\n" for n in range(50))),
    "g.gtf": (GeneAnnotationDataset, 'chr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "a";\n' * 50),
    "g.bed": (GeneAnnotationDataset, "chr1\t1\t9\ta\n" * 50),
    "g.tsv": (GeneAnnotationDataset, "chrom\tstart\tend\tgene\n" + "chr1\t1\t9\ta\n" * 50),
}


@pytest.mark.parametrize("name", FILES)
def test_tables_have_so_many_cells_at_most(tmp_path, limit, name):
    kind, content = FILES[name]
    (tmp_path / name).write_text(content)
    assert len(kind(filepath=str(tmp_path / name)).load()) == 50
    limit(max_cells=99)
    with pytest.raises(DatasetError, match=r"has more than 99 cells.*raise `sources\.max_cells`"):
        kind(filepath=str(tmp_path / name)).load()


def test_limits_are_said_with_their_setting():
    assert "x is larger than 2000 MB." in str(too_large("x", "is larger than", "max_download_mb"))
    assert SourceLimits().max_download_mb * MEGABYTE == 2 * 10**9
