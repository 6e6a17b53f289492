"""What the house promises of itself: declared things are named in declarations only, files keep their form."""

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import plotly
import pytest

from pipelines.declarations import Declarations, load
from pipelines.paths import INITIATIVES, REPOSITORY

ROOMS = ("pipelines", "dashboards", "dbt_project")
# DESIGN's exceptions: the room that makes synthetic partners, and SQL that is about one dataset or indicator.
EXEMPT = ("pipelines/sample", "dbt_project/models/staging", "dbt_project/models/indicators")


ALL_INITIATIVES = sorted(file.parent.name for file in INITIATIVES.glob("*/initiative.yml"))


@pytest.fixture(scope="module", params=ALL_INITIATIVES)
def declared(request: pytest.FixtureRequest) -> Declarations:
    """Each initiative of the repository."""
    return load(request.param)


def files(*suffixes: str) -> list[Path]:
    """What is written by hand in the rooms, without DESIGN's exceptions and what was published there."""
    found = []
    for room in ROOMS:
        for file in sorted((REPOSITORY / room).rglob("*")):
            path = file.relative_to(REPOSITORY).as_posix()
            if file.suffix in suffixes and not path.startswith((*EXEMPT, "dashboards/releases/", "dashboards/site/")):
                found.append(file)
    return found


def python_files() -> list[Path]:
    return files(".py")


def strings_of(tree: ast.AST) -> set[str]:
    """String constants of a Python file, docstrings left out."""
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


def quoted(text: str) -> set[str]:
    return {single or double for single, double in re.findall(r"""'([^'\n]*)'|"([^"\n]*)\"""", text)}


def without_comments(file: Path) -> str:
    comments = {
        ".sql": r"\{#.*?#\}|--[^\n]*",
        ".yml": r"#[^\n]*",
        ".html": r"\{#.*?#\}|<!--.*?-->",
        ".j2": r"\{#.*?#\}",
    }
    text = file.read_text(encoding="utf-8")
    return re.sub(comments[file.suffix], " ", text, flags=re.DOTALL) if file.suffix in comments else text


def texts_of(file: Path) -> tuple[set[str], str]:
    """What is a name in a file where it stands alone, and all of its text in which a name may be hidden.

    Alone stand: a string of Python and what is quoted in it (a query); a word or a quoted text of SQL; what is quoted
    in an expression of a page, whose other text is prose. YAML describes models: nothing stands alone there.
    """
    text = without_comments(file)
    if file.suffix == ".py":
        tree = ast.parse(text)
        strings = strings_of(tree)
        called = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
        called |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg}
        return strings | {part for string in strings for part in quoted(string)}, "\n".join((*strings, *called))
    if file.suffix == ".sql":
        return {*re.findall(r"\w+", text), *quoted(text)}, text
    expressions = re.findall(r"\{[{%].*?[%}]\}", text, flags=re.DOTALL) if file.suffix in (".html", ".j2") else []
    return {part for expression in expressions for part in quoted(expression)}, text


@dataclass(frozen=True)
class Names:
    """What an initiative declares, by where it is a name: standing alone, or hidden in a longer text too."""

    alone: frozenset[str]
    hidden: frozenset[str]

    def in_file(self, file: Path) -> set[str]:
        alone, text = texts_of(file)
        # A table is also a model and an asset of its own name.
        tables = set(re.findall(r"\b(?:stg_|raw/)(\w+)", text))
        return self.alone & (alone | tables) | self.hidden & set(re.findall(r"\w+", text))


def declared_names(declared: Declarations) -> Names:
    tables = {table.id for table in declared.datasets} | {table.contract_id for table in declared.datasets}
    measures = {c.name for table in declared.datasets if table.shape is None for c in table.by_role("measure")}
    # A shape and its columns are what code asks for, also where the shared table of the shape is called by its name.
    ids = (tables - set(declared.shapes)) | measures | {declared.initiative.id}
    for register, column in (("indicators", "indicator_id"), ("partners", "partner_id")):
        ids |= {str(row[column]) for row in declared.rows(register)}
    alone = {declared.initiative.time_zone, *declared.initiative.area_types}
    for register, column in (
        ("areas", "area_code"), ("goals", "goal_id"), ("groups", "dimension"), ("groups", "member"),
    ):  # fmt: skip
        alone |= {str(row[column]) for row in declared.rows(register)}
    # An area's own name, not that of its kind.
    for register in ("areas", "subjects"):
        alone |= {str(row[c]) for row in declared.rows(register) for c in row if c.startswith("name_") and row[c]}
    # A word of plain English (teachers) is a name only where it stands alone.
    return Names(frozenset(alone | ids), frozenset(name for name in ids if "_" in name))


@pytest.mark.parametrize(
    "suffixes", [(".py",), (".sql", ".yml"), (".html", ".j2", ".js", ".css", ".svg")], ids=" ".join
)
def test_nothing_declared_is_named_in_code(declared: Declarations, suffixes: tuple[str, ...]) -> None:
    names = declared_names(declared)
    named = {file.relative_to(REPOSITORY).as_posix(): names.in_file(file) for file in files(*suffixes)}
    assert {file: found for file, found in named.items() if found} == {}


def test_no_subject_s_code_is_in_code(declared: Declarations) -> None:
    """Codes are short numbers: in SQL only a quoted one is a name, and in Python the shortest may be any number."""
    codes = {str(row["subject_code"]) for row in declared.rows("subjects")}
    long = {code for code in codes if len(code) > 2}
    named = {file.name: quoted(without_comments(file)) & codes for file in files(".sql")}
    named |= {file.name: texts_of(file)[0] & long for file in python_files()}
    assert {file: found for file, found in named.items() if found} == {}


PLANTED = [
    ("a.py", "if initiative == '5p2': pass", "5p2"),
    ("a.py", "place = area in {'5000'}", "5000"),
    ("a.py", "TITLE = 'ירושלים'", "ירושלים"),
    ("a.py", "subject = 'Physics'", "Physics"),
    ("a.py", "x = {'mathematics_5u_examinees': 1}", "mathematics_5u_examinees"),
    ("a.py", "x = 'indicator_id=mathematics_5u_examinees'", "mathematics_5u_examinees"),
    ("a.py", "x = folder / 'cohorts'", "cohorts"),
    ("a.py", "x = f'select * from stg_cohorts where {y}'", "cohorts"),
    ("a.py", "x = 'raw/matriculation_authority'", "matriculation_authority"),
    ("a.py", "x = \"where area_code = '5000'\"", "5000"),
    ("a.py", "x = row.n_enrolled_grade_12", "n_enrolled_grade_12"),
    ("a.py", "x = sender == 'sample_ministry'", "sample_ministry"),
    ("a.sql", "select * from {{ ref('stg_cohorts') }}", "cohorts"),
    ("a.sql", "select * from {{ source('raw', 'matriculation_school') }}", "matriculation_school"),
    ("a.sql", "where area_name = 'Tel Aviv District'", "Tel Aviv District"),
    ("a.sql", "{% if var('initiative') == \"5p2\" %}", "5p2"),
    ("a.sql", "sum(n_enrolled_grade_12)", "n_enrolled_grade_12"),
    ("a.yml", "- input: ref('stg_cohorts')", "cohorts"),
    ("a.yml", "arguments: {indicator: physics_5u_examinees_share}", "physics_5u_examinees_share"),
    ("a.html", "{% if area.code == '5000' %}", "5000"),
    ("a.html", "<a href='../indicators/physics_5u_examinees_share/'>", "physics_5u_examinees_share"),
    ("a.js", "if (id === 'physics_5u_examinees_share') {}", "physics_5u_examinees_share"),
]


@pytest.mark.parametrize(("name", "text", "found"), PLANTED, ids=[f"{name}: {text}" for name, text, _ in PLANTED])
def test_a_name_that_is_planted_is_found(tmp_path: Path, name: str, text: str, found: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert declared_names(load("5p2")).in_file(tmp_path / name) == {found}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "def f():\n    '''Of 5p2, such as cohorts.'''\n    say('Other teachers.')  # in '5000'"),
        ("a.sql", "-- of cohorts\nselect 1 {# '5000' #}"),
        ("a.yml", "# of stg_cohorts\ndescription: Teachers of the whole country."),
        ("a.html", "{# '5000' #}<p class='state'>Other teachers.</p>"),
    ],
)
def test_prose_and_comments_name_nothing(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert declared_names(load("5p2")).in_file(tmp_path / name) == set()


def test_no_language_is_named_in_code_but_the_one_the_sentences_are_written_in(declared: Declarations) -> None:
    languages = set(declared.initiative.languages) - {"en"}
    named = {file.name: strings_of(ast.parse(file.read_text(encoding="utf-8"))) & languages for file in python_files()}
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


def test_the_small_chart_script_is_of_the_version_of_the_whole() -> None:
    pinned = re.search(r"^CHARTS_VERSION := (.+)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M)
    whole = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")[:200]
    assert pinned and f"plotly.js v{pinned[1]}\n" in whole


def test_readme_is_short() -> None:
    assert len((REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()) < 150
