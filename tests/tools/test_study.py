"""A study is begun with a name of its own."""

import pytest
import yaml

from tools.study import begin_study


@pytest.mark.parametrize("name", ["lung2", "1.5", "true", "a-b_c"])
def test_a_study_is_the_template_under_its_name(project, name):
    told = begin_study(project, name)
    conf = project / "conf" / name
    assert f"--pipelines check --env {name}" in told
    assert (project / "data" / "01_raw" / name).is_dir()
    assert {path.name for path in conf.iterdir()} == {
        "catalog_raw.yml", "globals.yml", "parameters.yml",
    }  # fmt: skip
    assert yaml.safe_load((conf / "globals.yml").read_text())["study"] == name
    sources = yaml.safe_load((conf / "catalog_raw.yml").read_text())
    assert sources["gene_sets"]["filepath"] == f"data/01_raw/{name}/gene_sets.gmt"
    assert not any("mystudy" in path.read_text() for path in conf.iterdir())


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x" * 101, "base", "demo", "simulated3"])
def test_a_bad_name_is_refused_in_one_sentence(project, name):
    before = sorted(project.rglob("*"))
    with pytest.raises(ValueError, match=r"study|folder") as raised:
        begin_study(project, name)
    assert "\n" not in str(raised.value)
    assert sorted(project.rglob("*")) == before


def test_a_study_is_never_overwritten(project):
    begin_study(project, "own")
    with pytest.raises(ValueError, match="There is a folder conf/own already"):
        begin_study(project, "own")
