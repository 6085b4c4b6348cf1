"""What `kedro` prints, in a process of its own and without a terminal."""

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from kedro.framework.cli.registry import list_registered_pipelines

from tests.pipelines.conftest import written

KEDRO = str(Path(sys.executable).parent / "kedro")


def kedro(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [KEDRO, *arguments],
        cwd=project,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_run_prints_few_lines_of_its_own_and_no_control_characters(project):
    ended = kedro(project, "run", "--pipelines", "ingestion")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert len(lines) <= 25
    assert "\x1b" not in ended.stdout
    assert "Kedro" not in ended.stdout
    for words in ("mrna: raw_expression: 150 genes (log2), 79 samples at 26 times", "genes placed",
                  "mirna: ingestion done in", "INFO     done in"):  # fmt: skip
        assert ended.stdout.count(words) == (2 if words == "genes placed" else 1), words
    assert {path.name for path in project.iterdir()} == {
        ".telemetry", ".viz", "conf", "data", "pyproject.toml", "src",
    }  # fmt: skip


def test_what_kedro_does_is_shown_on_request(project):
    verbose = {"KEDRO_LOGGING_CONFIG": "conf/logging_verbose.yml"}
    ended = kedro(project, "run", "--to-outputs", "genome.annotation", **verbose)
    assert ended.returncode == 0
    assert "Completed node" in ended.stdout


def test_a_runner_of_processes_is_refused_in_one_sentence(project):
    """It forks when it is made, which must not happen among the threads of the tests."""
    ended = kedro(project, "run", "--pipelines", "ingestion", "--runner", "ParallelRunner")
    assert ended.returncode == 1
    assert "STEP runs its nodes one after another" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert written(project) == []


def test_a_wrong_configuration_is_one_message_and_no_traceback(project):
    (project / "conf" / "own").mkdir()
    (project / "conf" / "own" / "globals.yml").write_text("study: own\n")
    (project / "conf" / "own" / "catalog_raw.yml").write_text("a:\n\tb: 1\n")
    ended = kedro(project, "run", "--env", "own")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("Error: conf/own/catalog_raw.yml is not valid YAML: line 2: ")
    assert len(ended.stderr.splitlines()) == 1
    assert written(project) == []


def test_the_pipelines_are_listed():
    """In the process of the test: what is listed is no matter of the process."""
    ended = CliRunner().invoke(list_registered_pipelines, obj=None)
    assert ended.exit_code == 0
    assert {"- mrna", "- mirna", "- reporting"} <= set(ended.output.splitlines())
