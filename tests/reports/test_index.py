import json
import re

from step.reports.index import list_studies


def lay(folder, study, assay, **changes):
    place = folder / study / assay
    place.mkdir(parents=True)
    metrics = {
        "n_genes": 7, "n_times": 9, "best_baseline": "local_level", "skill": 0.125, "skill_p": 0.02,
        "arms": {"step": {"mse": 0.25}}, "graph_test": {}, "intervals": {"coverage": 0.9},
    }  # fmt: skip
    (place / "metrics.json").write_text(json.dumps(metrics | changes))
    (place / "report.html").write_text("")


def test_every_report_is_listed_with_what_came_out(tmp_path):
    lay(tmp_path, "liver", "mrna")
    lay(tmp_path, "lung", "mirna", graph_test={"p": 0.005, "effect": 0.1})
    page = list_studies(tmp_path)
    assert re.findall(r'<a href="(.*?report.html)"', page) == [
        "liver/mrna/report.html",
        "lung/mirna/report.html",
    ]
    assert "<td>12.5 %</td><td>0.020</td>" in page
    assert "<td>10.0 %</td><td>0.005</td>" in page


def test_what_is_no_finished_report_is_left_out(tmp_path):
    lay(tmp_path, "liver", "mrna")
    lay(tmp_path, "half", "mrna")
    (tmp_path / "half" / "mrna" / "report.html").unlink()
    assert "half" not in list_studies(tmp_path)


def test_a_damaged_result_of_another_study_is_left_out_and_named(tmp_path, caplog):
    lay(tmp_path, "liver", "mrna")
    for study, content in (("empty", ""), ("older", '{"graph_test": {}}'), ("list", "[1]")):
        lay(tmp_path, study, "mrna")
        (tmp_path / study / "mrna" / "metrics.json").write_text(content)
    page = list_studies(tmp_path)
    assert re.findall(r'<a href="(.*?report.html)"', page) == ["liver/mrna/report.html"]
    assert "empty/mrna/metrics.json is damaged, or of another version" in caplog.text
    assert "older/mrna/metrics.json" in caplog.text


def test_a_name_is_text(tmp_path):
    lay(tmp_path, "a<b>", "mrna")
    assert "a&lt;b&gt;" in list_studies(tmp_path)


def test_the_page_of_a_sweep_is_linked(tmp_path):
    (tmp_path / "liver" / "sweep").mkdir(parents=True)
    assert "Sweeps" not in list_studies(tmp_path)
    (tmp_path / "liver" / "sweep" / "report.html").touch()
    assert '<a href="liver/sweep/report.html">liver</a>' in list_studies(tmp_path)
