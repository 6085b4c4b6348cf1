import numpy as np
import pandas as pd
import pytest
from scipy import stats

from step.evaluation.enrichment import enrich_extremes


def test_enrichment_finds_the_set_of_the_best_genes():
    symbols = [f"Gene{n}" for n in range(60)]
    per_gene = pd.DataFrame({"symbol": symbols, "r2": np.linspace(0.9, -0.9, 60)})
    sets = {
        "EASY": [name.upper() for name in symbols[:10]],
        "ANY": symbols[::6],
        "TINY": symbols[:2],
        "ELSEWHERE": ["Xyz"],
    }
    found = enrich_extremes(per_gene, sets, 0.25)
    top = found[found["group"] == "best"].iloc[0]
    assert top["term"] == "EASY"
    assert top["overlap"] == "10/10"
    expected = stats.hypergeom.sf(9, 60, 10, 15)
    assert top["p"] == pytest.approx(expected)
    # Two sets could be tested; both count, whether they hold a gene of the group or not.
    assert top["adjusted_p"] == pytest.approx(2 * expected)
    worst = found[found["group"] == "worst"]
    assert worst["term"].tolist() == ["ANY"]
    assert top["genes"].split(";") == symbols[:10]  # the best forecast first, in every run
    assert "TINY" not in set(found["term"])


def test_enrichment_without_a_testable_set_is_empty():
    per_gene = pd.DataFrame({"symbol": ["A", "B"], "r2": [0.1, 0.2]})
    assert enrich_extremes(per_gene, {"S": ["C"]}, 0.5).empty
