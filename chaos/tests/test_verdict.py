from bench.mail import Copy
from chaos import verdict
from chaos.crew import Death

WINDOW = 1.0


def copies(*letters: tuple[str, float, int]) -> verdict.Copies:
    """Of a message, accepted then, by that line; each was half a second on its way."""
    found: verdict.Copies = {}
    for name, accepted, line in letters:
        found.setdefault(name, []).append(Copy(name, accepted - 0.5, accepted, is_told=True, line=line))
    return found


def unexplained(found: verdict.Copies, *deaths: tuple[float, int]) -> int:
    return verdict.unexplained(found, [Death(at, frozenset({line})) for at, line in deaths], WINDOW)


def test_single_letter_needs_no_death() -> None:
    assert unexplained(copies(("a", 10.0, 1), ("b", 11.0, 1))) == 0


def test_copy_is_explained_by_the_death_of_its_sender_right_after_its_acceptance_or_on_its_way() -> None:
    twice = copies(("a", 10.0, 1), ("a", 30.0, 2))

    assert [unexplained(twice, (at, 1)) for at in (9.4, 9.6, 10.0, 11.0, 11.1)] == [1, 0, 0, 0, 1]


def test_copy_is_not_explained_by_the_death_of_another() -> None:
    assert unexplained(copies(("a", 10.0, 1), ("a", 30.0, 2)), (10.1, 2), (30.1, 2)) == 1


def test_one_death_explains_one_letter() -> None:
    twice_each = copies(("a", 10.0, 1), ("b", 10.1, 1), ("a", 30.0, 2), ("b", 30.1, 2))

    assert unexplained(twice_each, (10.2, 1)) == 1


def test_third_letter_needs_a_second_death() -> None:
    thrice = copies(("a", 10.0, 1), ("a", 30.0, 2), ("a", 50.0, 3))

    assert unexplained(thrice, (10.2, 1)) == 1
    assert unexplained(thrice, (10.2, 1), (30.2, 2)) == 0


def test_window_that_is_told_is_the_longest() -> None:
    found = copies(("a", 10.0, 1), ("b", 20.0, 1), ("a", 30.0, 2), ("b", 30.1, 2))
    deaths = [Death(10.2, frozenset({1})), Death(20.1, frozenset({1}))]

    assert round(verdict.longest_unwritten(found, deaths, WINDOW), 3) == 0.2


def test_lines_are_counted_while_letters_are_on_their_way_by_them() -> None:
    assert verdict.lines_at_once(copies(("a", 10.0, 1), ("b", 10.2, 2), ("c", 11.0, 3))) == 2
    assert verdict.lines_at_once(copies(("a", 10.0, 1), ("b", 10.5, 2), ("c", 11.0, 3))) == 1
    assert verdict.lines_at_once({}) == 0
