"""A study's own sources, and messages for what is wrong with a configuration file."""

import shutil
from pathlib import Path

import pytest
import yaml
from click import ClickException
from kedro.config import MissingConfigException

from step.project.config_loader import StudyConfigLoader
from step.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT

TABLE = {"type": "step.datasets.TableDataset", "filepath": "data/01_raw/own/table.tsv"}
SETS = {"type": "step.datasets.GeneSetsDataset", "filepath": "data/01_raw/own/sets.gmt"}


@pytest.fixture
def conf(tmp_path) -> Path:
    """A copy of the configuration, with an environment `own` of the study `own`."""
    shutil.copytree(ROOT / "conf", tmp_path / "conf")
    write(tmp_path / "conf" / "own" / "globals.yml", "study: own\n")
    return tmp_path / "conf"


def write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def loader(conf: Path, env: str = "own", **entries: dict) -> StudyConfigLoader:
    if entries:
        named = {name.replace("__", "."): entry for name, entry in entries.items()}
        write(conf / env / "catalog_raw.yml", yaml.safe_dump(named))
    return StudyConfigLoader(str(conf), env=env, **CONFIG_LOADER_ARGS)


def message(conf: Path, key: str = "catalog", env: str = "own") -> str:
    with pytest.raises(ClickException) as raised:
        loader(conf, env)[key]
    return raised.value.message


def test_sources_are_what_the_raw_files_declare_and_need_no_layer(conf):
    config = loader(conf, gene_sets=SETS)
    assert config.sources() == {
        "hic_contacts", "gene_annotation", "gene_sets", "regulatory_edges", "mrna.raw_expression",
        "mrna.gene_names",
        "mrna.sample_sheet", "mirna.raw_expression", "mirna.gene_names", "mirna.sample_sheet",
        "mirna.targets", "mrna.raw_pairs", "mirna.raw_pairs",
    }  # fmt: skip
    catalog = config["catalog"]
    for name in config.sources():
        assert catalog[name]["metadata"]["kedro-viz"]["layer"] == "raw"


def test_a_source_keeps_metadata_of_its_own(conf):
    metadata = {"owner": "lab", "kedro-viz": {"layer": "raw", "preview_args": {"nrows": 3}}}
    catalog = loader(conf, gene_sets=SETS | {"metadata": metadata})["catalog"]
    assert catalog["gene_sets"]["metadata"] == metadata


def test_an_optional_source_is_not_borrowed_from_the_demo(conf):
    catalog = loader(conf, mrna__raw_expression=TABLE)["catalog"]
    for name in ("mrna.gene_names", "mrna.sample_sheet", "mirna.targets"):
        assert catalog[name]["data"] is None, name
    assert loader(conf, env="base")["catalog"]["mrna.gene_names"]["filepath"]


def test_an_optional_source_that_is_named_is_kept(conf):
    catalog = loader(conf, mrna__gene_names=TABLE)["catalog"]
    assert catalog["mrna.gene_names"]["filepath"] == TABLE["filepath"]


def test_what_a_study_must_name_and_does_not_is_lacking(conf):
    config = loader(conf, mrna__raw_expression=TABLE)
    assert config.lacking() == {
        "hic_contacts", "gene_annotation", "gene_sets", "mirna.raw_expression",
    }  # fmt: skip
    assert loader(conf, env="base").lacking() == set()


def test_naming_nothing_does_not_replace_a_file_that_is_needed(conf):
    nothing = {"type": "kedro.io.MemoryDataset", "data": None}
    config = loader(conf, gene_sets=nothing, mrna__sample_sheet=nothing)
    assert "gene_sets" in config.lacking()
    assert config.own_files() == set()


def test_files_named_in_another_catalog_file_are_the_study_s_own(conf):
    write(conf / "own" / "catalog.yml", yaml.safe_dump({"gene_sets": SETS}))
    assert loader(conf).own_files() == {"gene_sets"}


@pytest.mark.parametrize("name", ["own", "Lung2", "2024", "a.b_c-d", "x" * 100])
def test_a_study_has_the_name_of_a_folder(conf, name):
    write(conf / "own" / "globals.yml", f'study: "{name}"\n')
    assert loader(conf).study == name


@pytest.mark.parametrize(
    "name",
    ["../../x", '""', ".", "..", ".x", "-x", '"a\\0b"', "a/b", "a b", "2024", "null", "[a]", "é",
     "x" * 101, "x" * 300, '"x\\n"'],
)  # fmt: skip
def test_another_name_of_a_study_is_refused_before_anything_else(conf, name):
    write(conf / "own" / "globals.yml", f"study: {name}\n")
    with pytest.raises(ClickException, match=r"`study` is .* It names the folders") as raised:
        loader(conf)
    assert len(raised.value.message) < 350


BROKEN = {
    "tab": ("a:\n\tb: 1\n", r"line 2: .*Indent with spaces, not with tabs"),
    "key twice": ("a: {type: x}\na: {type: y}\n", r"line 2: found duplicate key a\."),
    "long key twice": (f"{'k' * 999}: 1\n" * 2, r"line 2: found duplicate key k{80}"),
    "indentation": ("a:\n  type: x\n filepath: y\n", r"line 3: "),
    "open bracket": ("a: [1\n", r"line 2: "),
    "list": ("- a\n", r" is a list"),
    "binary": (b"\x00\x01", r" is not valid YAML: unacceptable character"),
    "other encoding": ("é: 1\n".encode("latin-1"), r" is not text in UTF-8"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("file", ["catalog_raw.yml", "parameters.yml", "globals.yml"])
def test_a_file_that_is_no_yaml_is_named_with_the_line(conf, case, file):
    content, expected = BROKEN[case]
    write(conf / "own" / file, content)
    key = file.removesuffix(".yml").removesuffix("_raw")
    with pytest.raises(ClickException, match=rf"^conf/own/{file}.*{expected}") as raised:
        loader(conf)[key]
    assert len(raised.value.message) < 250


@pytest.mark.parametrize("file", ["catalog_raw.yml", "globals.yml"])
def test_a_name_that_is_a_number_is_named_with_its_file(conf, file):
    write(conf / "own" / file, "5: {type: x}\n")
    with pytest.raises(ClickException, match=rf"^conf/own/{file}: the name 5 is no text"):
        loader(conf)["catalog"]


def test_an_empty_file_is_no_mistake(conf):
    write(conf / "own" / "catalog_raw.yml", "")
    assert "hic_contacts" in loader(conf)["catalog"]


def test_a_name_that_cannot_be_resolved_is_named_with_its_place(conf):
    write(conf / "own" / "catalog_raw.yml", "gene_sets: {type: x, filepath: '${globals:root}/a'}\n")
    assert message(conf).startswith("catalog of the environment own: `gene_sets.filepath`: ")
    assert "'root' not found" in message(conf)


def test_an_entry_in_two_files_of_one_environment_is_refused(conf):
    for file in ("catalog.yml", "catalog_raw.yml"):
        write(conf / "own" / file, yaml.safe_dump({"gene_sets": SETS}))
    assert "Duplicate keys found in" in message(conf)


def test_a_wrong_entry_is_named_with_its_file(conf):
    write(conf / "own" / "catalog_raw.yml", "gene_sets:\ntype: step.datasets.GeneSetsDataset\n")
    found = message(conf)
    assert "conf/own/catalog_raw.yml, gene_sets: None is no dataset." in found
    assert "conf/own/catalog_raw.yml, type: 'step.datasets.GeneSetsDataset' is no dataset." in found


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("regulatory_edge", "Is it `regulatory_edges`?"),
        ("mrna.raw_expresion", "Is it `mrna.raw_expression`?"),
        ("contacts.of.mine", "Sources are gene_annotation, gene_sets, hic_contacts, "),
    ],
)
def test_a_source_that_nothing_reads_is_named_with_the_nearest(conf, name, mend):
    write(conf / "own" / "catalog_raw.yml", yaml.safe_dump({"gene_sets": SETS, name: TABLE}))
    found = message(conf)
    assert found.startswith(f"conf/own/catalog_raw.yml, {name}: nothing reads a source of this")
    assert mend in found


@pytest.mark.parametrize("sign", ["[x]", "{y}"])
def test_a_path_that_kedro_takes_for_a_pattern_is_refused(conf, sign):
    moved = conf.parent / f"a{sign}b" / "conf"
    shutil.copytree(conf, moved)
    with pytest.raises(ClickException, match="Move the project to a folder whose path has no"):
        loader(moved)


def test_an_environment_that_is_not_there_is_named_with_those_that_are(conf):
    with pytest.raises(ClickException, match=r"no environment 'lnug'.*base, local, lung, own"):
        loader(conf, env="lnug")


def test_what_an_environment_need_not_have_may_be_missing(conf):
    with pytest.raises(MissingConfigException):  # which Kedro expects
        loader(conf)["credentials"]


@pytest.mark.parametrize("key", ["parameters", "catalog_raw", "globals"])
def test_aliases_do_not_multiply_without_end(conf, key):
    aliases = "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    write(conf / "own" / f"{key}.yml", "study: own\na0: &a0 [x]\n" + aliases)
    found = message(conf, key.removesuffix("_raw"))
    assert f"conf/own/{key}.yml is not valid YAML" in found
    assert "Write out what the aliases (*name) stand for" in found


def test_lists_do_not_nest_without_end(conf):
    write(conf / "own" / "parameters.yml", "a: " + "[" * 5000 + "]" * 5000)
    assert "lie too deep within one another" in message(conf, "parameters")


@pytest.mark.parametrize(
    "entry",
    [
        "{}",
        "{{type: '{}'}}",
        "{{type: step.datasets.TableDataset, filepath: ['{}']}}",
        "{{type: step.datasets.TableDataset, filepath: x, metadata: '{}'}}",
        "{{type: step.datasets.TableDataset, filepath: x, '{}': 1}}",
        "{{type: step.datasets.TableDataset, filepath: 'ftp{}'}}",
        "{{type: step.datasets.ContactMapDataset, filepath: 'zip::{}'}}",
    ],
)
def test_what_is_wrong_with_an_entry_is_said_without_its_secrets(conf, entry):
    secret = "https://ann:pass-word@host/x?token=s3cret"
    write(conf / "own" / "catalog_raw.yml", f"gene_sets: {entry.format(secret)}\n")
    found = message(conf)
    assert "gene_sets" in found
    assert "pass-word" not in found
    assert "s3cret" not in found


def test_a_run_may_name_its_results_otherwise_and_keeps_the_files_of_its_environment(conf):
    def renamed(env: str, study: str = "trial") -> StudyConfigLoader:
        params = {"study": study}
        return StudyConfigLoader(str(conf), env=env, runtime_params=params, **CONFIG_LOADER_ARGS)

    demo = renamed("base")
    own = renamed("own")  # made since, and with globals of its own
    assert (demo.study, demo.named_study, demo.has_study_of_its_own) == ("trial", "demo", False)
    assert (own.study, own.named_study, own.has_study_of_its_own) == ("trial", "own", True)
    catalog = demo["catalog"]
    assert catalog["mrna.raw_expression"]["filepath"] == "data/01_raw/demo/mrna.xlsx"
    assert catalog["genome.bins"]["filepath"] == "data/03_primary/trial/bins.parquet"
    with pytest.raises(ClickException, match=r"^--params: `study` is 'a/b'"):
        renamed("base", "a/b")
