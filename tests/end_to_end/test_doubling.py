"""The doubling of five-unit mathematics on real files: ten years, counted in three ways that are not compared."""

import csv
import re
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from site_reading import figures
from support import SCHOOL_FILE, Measure

from dashboards.bidi import plain

INDICATOR = "mathematics_5u_examinees"
# Sums over the schools of a year; the last two are the Ministry's own.
KNOWN = {"2013": 8872, "2014": 9472, "2015": 11016, "2016": 12510, "2022": 21650, "2023": 20979}


@pytest.fixture(scope="module")
def country(real) -> Any:
    values = real.values
    is_total = (values.indicator_id == INDICATOR) & (values.area_code == "IL") & (values.dimension == "all")
    return values[is_total].set_index("period")


def test_years_before_the_workbook_are_sums_of_schools(country, real_files: Path) -> None:
    sums: dict[str, int] = defaultdict(int)
    with (real_files / SCHOOL_FILE).open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["math_takers_total"]:
                product = Decimal(row["math_takers_total"]) * Decimal(row["math_5unit_participation"])
                sums[row["year"]] += int(product.quantize(Decimal(1), ROUND_HALF_UP))
    assert {year: n for year, n in KNOWN.items() if year <= "2016"} == dict(sums)
    assert {year: country.value[year] for year in KNOWN} == KNOWN


def test_sum_of_schools_is_a_lower_bound_and_no_more(country) -> None:
    early = country.loc[["2013", "2014", "2015", "2016"]]
    assert early.coverage.isna().all() and (country.coverage[["2022", "2023"]] == 1).all()
    assert set(early.verdict) == {"not_enough_data"}


def test_nothing_is_compared_across_a_change_of_method(country) -> None:
    assert country.obs_status["2022"] == "B"
    assert set(country.change_from_baseline) == {"not_comparable"}
    assert (country.baseline_value == 9100).all() and (country.target_value == 18200).all()
    assert country.verdict["2023"] == "met"


def test_sum_is_traced_to_both_cells_of_each_school(real, measure: Measure) -> None:
    done = measure("trace", INDICATOR, "IL", "2016", "--home", real.root)
    assert done.returncode == 0 and done.stdout.startswith(f"{INDICATOR} IL 2016 all=all: 12,510")
    amounts = re.findall(r"^  AH(\d+), AF(\d+): (\d+)$", done.stdout, re.MULTILINE)
    assert sum(int(amount) for *_, amount in amounts) == 12510
    assert all(row == same for row, same, _ in amounts)


def text_of(page: Path) -> str:
    return "".join(c for c in plain(re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))) if c.isprintable())


def test_page_of_the_country_says_that_the_method_changed(real) -> None:
    page = real.site / "en" / "areas" / "IL" / "index.html"
    said = text_of(page)
    assert "Target met, counted differently" in said
    assert "The method changed in 2021/22: not comparable with the baseline of 2012/13." in said
    assert "The baseline of 2012/13 was agreed at 9,100; the sources say 8,872 today." in said
    assert "Not shown, because the method changed since the baseline: Mathematics: five-unit examinees." in said
    assert "×" not in said


@pytest.mark.parametrize("language", ["he", "ar", "en"])
def test_line_of_the_country_ends_at_the_mark_and_where_years_are_missing(real, language: str) -> None:
    figure = next(iter(figures(real.site / language / "areas" / "IL" / "index.html")))
    line = next(trace for trace in figure["data"] if trace["style"] == "value")
    assert line["x"] == [2013, 2014, 2015, 2016, None, 2021, None, 2022, 2023]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [2021.5]
    assert len([a for a in figure["layout"]["annotations"] if "name" in a]) == 1
