import logging

import pandas as pd

from step.expression.samples import TableLayout
from step.pipelines.ingestion.nodes import choose_targets

LAYOUT = TableLayout(gene_column="mirna", scale="log2", time_unit="day")


def test_mirnas_that_the_targets_call_otherwise_are_told(caplog):
    raw = pd.DataFrame({"mirna": ["miR-1", "miR-21a-5p", "miR-16-5p"], "0": "1"})
    with caplog.at_level(logging.WARNING):
        targets = pd.DataFrame({"mirna": ["miR-1", "miR-21"], "target_gene": "Pdcd4"})
        assert choose_targets(targets, raw, LAYOUT, "targets")["mirna"].tolist() == ["miR-1"]
        assert "Of 3 measured miRNAs, 2 have no row in mirna.targets" in caplog.text
        caplog.clear()
        enough = pd.DataFrame({"mirna": ["miR-1", "miR-16-5p"], "target_gene": "Pdcd4"})
        choose_targets(enough, raw, LAYOUT, "targets")
    assert caplog.text == ""
