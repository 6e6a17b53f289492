"""What the house promises of itself: declared things are named in declarations only, files keep their form."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.declarations import Declarations, load
from pipelines.paths import DBT_PROJECT, INITIATIVES, REPOSITORY

ROOMS = ("pipelines", "dashboards")
# DESIGN's exceptions: the room that makes synthetic partners, and SQL that is about one dataset or indicator.
EXEMPT = ("pipelines/sample", "dbt_project/models/staging", "dbt_project/models/indicators")


ALL_INITIATIVES = sorted(file.parent.name for file in INITIATIVES.glob("*/initiative.yml"))


@pytest.fixture(scope="module", params=ALL_INITIATIVES)
def declared(request: pytest.FixtureRequest) -> Declarations:
    """Each initiative of the repository."""
    return load(request.param)


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        for file in sorted((REPOSITORY / room).rglob("*.py")):
            path = file.relative_to(REPOSITORY).as_posix()
            if not path.startswith(EXEMPT) and "/releases/" not in path and not path.startswith("dashboards/site/"):
                yield file


def words_of(file: Path) -> set[str]:
    """String constants of a Python file, docstrings left out; every word of a SQL file, comments left out."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".sql":
        text = re.sub(r"\{#.*?#\}|--[^\n]*", " ", text, flags=re.DOTALL)
        return set(re.findall(r"[A-Za-z0-9_]+", text))
    tree = ast.parse(text)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
    }


def declared_names(declared: Declarations) -> set[str]:
    names = {table.id for table in declared.datasets} | {table.contract_id for table in declared.datasets}
    for register, column in (
        ("indicators", "indicator_id"), ("areas", "area_code"), ("goals", "goal_id"), ("partners", "partner_id"),
        ("groups", "dimension"), ("groups", "member"),
    ):  # fmt: skip
        names |= {str(row[column]) for row in declared.rows(register)}
    # An area's own name, not that of its kind.
    names |= {str(row[c]) for row in declared.rows("areas") for c in row if c.startswith("name_") and row[c]}
    names |= {c.name for table in declared.datasets if table.shape is None for c in table.by_role("measure")}
    # A shape and what it counts is what code asks for, also where the shared table of the shape is called by its name.
    names -= set(declared.shapes)
    return names | {declared.initiative.id, declared.initiative.time_zone}


def quoted_in(file: Path) -> set[str]:
    """String constants of a Python or SQL file that are a text by themselves: what a code would be compared with."""
    if file.suffix == ".py":
        return words_of(file)
    text = re.sub(r"\{#.*?#\}|--[^\n]*", " ", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return set(re.findall(r"'([^'\n]*)'", text))


def sql_files() -> list[Path]:
    return [f for f in DBT_PROJECT.rglob("*.sql") if not f.relative_to(REPOSITORY).as_posix().startswith(EXEMPT)]


def test_no_subject_is_named_in_code(declared: Declarations) -> None:
    """Codes are short numbers: in SQL only a quoted one is a name, and in Python the shortest may be any number."""
    codes = {str(row["subject_code"]) for row in declared.rows("subjects")}
    names = {str(row[c]) for row in declared.rows("subjects") for c in row if c.startswith("name_") and row[c]}
    long = {code for code in codes if len(code) > 2}
    named = {file.name: quoted_in(file) & (names | codes) for file in sql_files()}
    named |= {file.name: quoted_in(file) & (names | long) for file in python_files()}
    assert {file: found for file, found in named.items() if found} == {}


@pytest.mark.parametrize("kind", ["python", "sql"])
def test_nothing_declared_is_named_in_code(declared: Declarations, kind: str) -> None:
    names = declared_names(declared)
    files = python_files() if kind == "python" else sql_files()
    named = {file.relative_to(REPOSITORY).as_posix(): words_of(file) & names for file in files}
    assert {file: found for file, found in named.items() if found} == {}


def test_no_language_is_named_in_code_but_the_one_the_sentences_are_written_in(declared: Declarations) -> None:
    languages = set(declared.initiative.languages) - {"en"}
    named = {file.name: words_of(file) & languages for file in python_files()}
    assert {file: found for file, found in named.items() if found} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [f.name for f in python_files() if not ast.get_docstring(ast.parse(f.read_text(encoding="utf-8")))]
    assert silent == []


def test_no_tracked_file_holds_a_registry_address_or_machine_path() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    own = Path(__file__).name
    hosts = re.compile(rb"pypi\.org|pythonhosted|registry\.npmjs|/root/|/home/[a-z]")
    found = [
        name
        for name in tracked.stdout.split("\0")
        if name and not name.endswith(own) and (REPOSITORY / name).is_file()
        and hosts.search((REPOSITORY / name).read_bytes())
    ]  # fmt: skip
    assert found == []


def test_lock_files_have_a_hash_for_every_package() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        lock = (REPOSITORY / name).read_text(encoding="utf-8").replace("\\\n", "")
        pinned = [line for line in lock.splitlines() if "==" in line]
        assert pinned and all("--hash=sha256:" in line for line in pinned)


def test_readme_is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) < 150
