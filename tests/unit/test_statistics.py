"""Sums over documents."""

from sdlc_lens.domain.statistics import Count, by_project, percentage, summarise

COUNTS = [
    Count(1, "story", "Done", 2, 8.0),
    Count(1, "story", "Won't Implement", 1, 0.0),
    Count(1, "story", "Shipped", 1, 1.5),
    Count(1, "story", None, 3, 2.0),
    Count(1, "epic", "Done", 1, 13.0),
    Count(2, "story", "Done", 1, 5.0),
    Count(2, "prd", None, 1, 0.0),
]


def test_all_together() -> None:
    found = summarise(COUNTS)
    assert found.total_documents == 10
    assert found.by_type == {"epic": 1, "prd": 1, "story": 8}
    assert found.by_status == {"Done": 4, "Shipped": 1, "Won't Implement": 1, "null": 4}
    assert found.completion_percentage == 50.0  # 4 of 8


def test_points_are_those_of_stories() -> None:
    assert summarise(COUNTS).points == {"Done": 13.0, "Shipped": 1.5, "null": 2.0}


def test_each_project_has_its_own() -> None:
    own = by_project(COUNTS)
    assert summarise(own[1]).completion_percentage == 42.9  # 3 of 7
    assert summarise(own[2]).completion_percentage == 100.0
    assert summarise(own[3]).total_documents == 0


def test_nothing_is_complete_without_stories() -> None:
    assert summarise([Count(1, "bug", "Fixed", 4, 0.0)]).completion_percentage == 0.0
    assert percentage(0, 0) == 0.0


def test_one_decimal() -> None:
    assert percentage(2, 3) == 66.7
    assert percentage(1, 3) == 33.3
