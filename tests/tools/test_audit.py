import pytest

from tools import audit

FOUND = {
    "dependencies": [
        {"name": "safe", "version": "1.0", "vulns": []},
        {"name": "local", "skip_reason": "not on PyPI"},
        {
            "name": "weak",
            "version": "2.0",
            "vulns": [
                {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2.1"]},
                {"id": "PYSEC-2", "aliases": [], "fix_versions": []},
            ],
        },
    ]
}


def test_each_vulnerability_is_a_line():
    assert audit.known_vulnerabilities(FOUND) == [
        "weak 2.0: PYSEC-1 (CVE-1), mended in 2.1",
        "weak 2.0: PYSEC-2 (no other name), mended in no release yet",
    ]


def test_a_vulnerability_is_shown_and_an_absent_network_said(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(audit, "ask", lambda pinned: asked.append(pinned) or FOUND)
    monkeypatch.setattr(audit, "skipped", lambda found: [] if len(asked) == 1 else ["local"])
    assert audit.main() == 1
    said = capsys.readouterr().out
    assert "weak 2.0: PYSEC-1" in said
    assert "not audited: local" in said
    assert len(asked[0]) == 1
    assert all("==" in release for release in asked[1])
    monkeypatch.undo()
    monkeypatch.setattr(audit, "ask", lambda _: {"dependencies": FOUND["dependencies"][:1]})
    assert audit.main() == 0
    assert "no vulnerability is known" in capsys.readouterr().out


@pytest.mark.parametrize("answers", [False, True])
def test_where_nothing_is_known_nothing_is_called_safe(monkeypatch, capsys, answers):
    def ask(_):
        if not answers:
            raise OSError("no route to host")
        return {"dependencies": FOUND["dependencies"][1:2]}

    monkeypatch.setattr(audit, "ask", ask)
    assert audit.main() == 0
    assert capsys.readouterr().out.startswith("not audited: ")
