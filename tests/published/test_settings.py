from copy import deepcopy
from dataclasses import asdict

import pytest
from pydantic import ValidationError

from step.models.step_mi import STEPmi
from step.models.step_mr import STEPmr
from step.published.settings import PublishedSettings
from tests.published.small import SETTINGS


def test_settings_are_read_as_they_are_written():
    assert PublishedSettings(**asdict(SETTINGS)) == SETTINGS


def test_the_kind_chooses_the_network():
    fields = asdict(SETTINGS)
    assert isinstance(PublishedSettings(**fields).network.build(3), STEPmr)
    fields["network"] |= {"kind": "STEPmi", "model": {"channels": [4, 4], "lstm_hidden": 3}}
    assert isinstance(PublishedSettings(**fields).network.build(3), STEPmi)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("network", "kind"), "STEPxy", "network\n.*'STEPxy'.*'STEPmr', 'STEPmi'"),
        (("network", "training", "window"), 0, "training.window\n.*greater than or equal to 1"),
        (("network", "training", "window"), 10**6, "training.window\n.*less than or equal to 1000"),
        (("network", "training", "seeds"), [], "training.seeds"),
        (("network", "training", "epochs"), 3, "training.epochs\n.*Unexpected"),
        (("embedding", "q"), 0.0, "embedding.q\n.*greater than"),
        (("weighting", "usual", "contact"), -0.1, "contact\n.*greater than or equal to 0"),
        (("reported", "pearson"), 1.1, "pearson\n.*less than or equal to 1"),
        (("assay",), "rna", "assay\n.*'mrna' or 'mirna'"),
        (("wieghting",), {}, "wieghting\n.*Unexpected"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(place, value, message):
    fields = deepcopy(asdict(SETTINGS))
    holder = fields
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    with pytest.raises(ValidationError, match=message):
        PublishedSettings(**fields)
