"""The assays that a study has, and the name that it goes by."""

import logging

import pytest
from click import ClickException
from kedro.framework.project import pipelines

from step.project.selection import stage_and_assay
from step.project.session import StudySession
from tests.pipelines.conftest import own_study, run, written

RAW = "data/01_raw/demo"
SHARED = {
    "hic_contacts": {"type": "step.datasets.ContactMapDataset", "filepath": f"{RAW}/contacts.cool"},
    "gene_annotation": {
        "type": "step.datasets.GeneAnnotationDataset",
        "filepath": f"{RAW}/genes.gtf",
    },
    "gene_sets": {"type": "step.datasets.GeneSetsDataset", "filepath": f"{RAW}/gene_sets.gmt"},
}
MRNA = {
    "mrna.raw_expression": {
        "type": "step.datasets.TableDataset",
        "filepath": f"{RAW}/mrna.xlsx",
    }
}
TARGETS = {
    "mirna.targets": {
        "type": "step.datasets.TableDataset",
        "filepath": f"{RAW}/mirna_targets.tsv",
    }
}
BOTH = ["__default__", "ingestion", "graph_engineering", "embedding", "modelling", "reporting"]


def load(project, env="own"):
    with StudySession.create(project_path=project, env=env) as session:
        return session.load_context()


def assays(name):
    return {stage_and_assay(node)[1] for node in pipelines[name].nodes} - {"genome"}


def test_an_assay_without_files_is_left_out_of_the_pipelines_of_both(project):
    own_study(project, SHARED | MRNA)
    load(project)
    for name in BOTH:
        assert assays(name) == {"mrna"}, name
    assert assays("mirna") == {"mirna"}  # which was asked for by name


def test_both_assays_of_the_demo_are_run_after_a_study_of_one(project):
    own_study(project, SHARED | MRNA)
    load(project)
    load(project, env="base")
    for name in BOTH:
        assert assays(name) == {"mrna", "mirna"}, name


def test_a_study_of_one_assay_runs_and_says_so(project, caplog):
    own_study(project, SHARED | MRNA)
    with caplog.at_level(logging.INFO, logger="step"):
        run(project, "ingestion", env="own")
    folders = {file.parent.name for file in written(project)}
    assert "mrna" in folders
    assert "mirna" not in folders
    told = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert told == ["mirna is left out: the study names no file as mirna.raw_expression."]


def test_an_assay_asked_for_by_name_is_not_left_out_but_explained(project):
    own_study(project, SHARED | MRNA)
    message = r"names no files of its own as mirna\.raw_expression\. Name them in conf/own"
    with pytest.raises(ClickException, match=message):
        run(project, "mirna", env="own")
    assert written(project) == []


def test_an_assay_of_which_some_files_are_named_is_not_left_out_but_explained(project):
    own_study(project, SHARED | MRNA | TARGETS)
    with pytest.raises(ClickException, match=r"of its own as mirna\.raw_expression\."):
        run(project, "ingestion", env="own")
    assert written(project) == []


def test_a_study_that_names_nothing_borrows_nothing(project):
    own_study(project, {})
    message = r"'own' names no files .* gene_annotation, .*mirna\.raw_expression, mrna\.raw_exp"
    with pytest.raises(ClickException, match=message):
        run(project, "ingestion", env="own")


def test_the_optional_sources_of_the_demo_are_not_a_study_s_own(project):
    own_study(project, SHARED | MRNA)
    catalog = load(project).catalog
    assert catalog.load("mrna.gene_names") is None
    assert load(project, env="base").catalog.load("mrna.gene_names") is not None


def test_files_of_one_s_own_do_not_stand_under_the_name_of_the_demo(project):
    own_study(project, MRNA)
    (project / "conf" / "own" / "globals.yml").unlink()
    with pytest.raises(ClickException, match=r"`study` is 'demo'.*conf/own/globals\.yml"):
        load(project)


def test_settings_alone_are_no_study_of_their_own(project):
    (project / "conf" / "own").mkdir()
    (project / "conf" / "own" / "parameters.yml").write_text("report: {extreme_share: 0.1}\n")
    load(project)
    assert assays("__default__") == {"mrna", "mirna"}
