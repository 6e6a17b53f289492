"""Who told first of what, of the small country (see conftest): replaced and outvoted rows included."""

import duckdb
import pytest

TOLD = [
    pytest.param("ministry", "mathematics_5u_examinees", "0101", "2021", "s2", id="a correction came in s3"),
    pytest.param("ministry", "mathematics_5u_examinees", "0102", "2020", "s2", id="withheld is told of"),
    pytest.param("ministry", "mathematics_5u_examinees", "0102", "2024", "s9", id="that there can be none is told"),
    pytest.param("ministry", "mathematics_5u_examinees", "0201", "2024", None, id="not collected is not"),
    pytest.param("ministry", "mathematics_5u_examinees", "0202", "2021", None, id="nobody sent it"),
    pytest.param("ministry", "participants", "0102", "2021", "t1", id="left out of the newer version t3"),
    pytest.param("office", "participants", "0102", "2021", "t2", id="another partner's number counts"),
    pytest.param("office", "participants", "0101", "2021", None, id="only the other partner told"),
    pytest.param("ministry", "skills_share", "0101", "2021", "sc", id="reported for everybody"),
    pytest.param("ministry", "skills_share", "0102", "2021", None, id="reported for the girls alone"),
    pytest.param("ministry", "both_subjects_5u_schools", "0101", "2020", "s4", id="a model's table"),
]


@pytest.mark.parametrize(("partner", "indicator", "area", "period", "first"), TOLD)
def test_first_submission_that_told_of_it(built, home, partner, indicator, area, period, first):
    with duckdb.connect(str(home.next_warehouse), read_only=True) as connection:
        found = connection.execute(
            "select submission_id from int_deliveries "
            "where partner_id = ? and indicator_id = ? and area_code = ? and period = ?",
            [partner, indicator, area, period],
        ).fetchall()
    assert found == ([(first,)] if first else [])
