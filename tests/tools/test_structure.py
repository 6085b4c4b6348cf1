"""The structural check finds what it is to find, and nothing else."""

import pytest

from tools.structure import MAX_ARGUMENTS, MAX_FILE_LINES, MAX_FUNCTION_LINES, find_breaches

LONGEST = "def f():\n" + "    x = 1\n" * (MAX_FUNCTION_LINES - 1)
MOST = ", ".join(f"a{number}" for number in range(MAX_ARGUMENTS))
ABSOLUTE = "/" + "home/me/file"
BREACHES = {
    "file": ("x = 1\n" * (MAX_FILE_LINES + 1), "1: the file has 321 lines"),
    "function": (f"\n{LONGEST}    x = 1\n", "2: f has 61 lines"),
    "method": (
        f"class C:\n    def f(self, {MOST}, *, b): pass\n",
        "2: f has 8 arguments",
    ),
    "docstring": ('def f() -> None:\n    """Whether it is."""\n', "1: f returns None"),
    "path": (f"x = '{ABSOLUTE}'\n", f"1: '{ABSOLUTE}' is an absolute path"),
}
HELD = {
    "file": "x = 1\n" * MAX_FILE_LINES,
    "function": LONGEST,
    "method": f"class C:\n    def f(self, {MOST}): pass\n",
    "docstring": 'def f() -> bool:\n    """Whether it is."""\n',
    "path": "x = 'home/me/file'\ny = '/resolutions/1000'\n",
}


def check(root, text):
    file = root / "src" / "step" / "module.py"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return list(find_breaches(root))


@pytest.mark.parametrize("case", BREACHES)
def test_a_breach_is_found(tmp_path, case):
    text, message = BREACHES[case]
    found = check(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(f"src/step/module.py:{message}")


@pytest.mark.parametrize("case", HELD)
def test_what_just_holds_is_no_breach(tmp_path, case):
    assert check(tmp_path, HELD[case]) == []
