"""Which tests belong to a changed file."""

from tests.changed import ALWAYS, choose


def test_a_changed_file_means_its_mirror_and_what_imports_it() -> None:
    chosen = choose(["bot/core/keys.py"])

    assert {"tests/bot/core/test_keys.py", "tests/bot/test_forged.py", *ALWAYS} <= set(chosen)
    assert "tests/scoring/test_ranks.py" not in chosen


def test_a_changed_test_means_itself() -> None:
    assert choose(["tests/scoring/test_ranks.py"]) == ["tests/scoring/test_ranks.py", *ALWAYS]
    assert "tests/stories/test_edits.py" in choose(["tests/stories/test_edits.py"])


def test_stories_and_faults_are_left_to_the_whole_suite() -> None:
    chosen = choose(["bot/core/keys.py", "bot/rounds/rules.py"])

    assert not any(one.startswith(("tests/stories/", "tests/faults/")) for one in chosen)


def test_changed_fixtures_mean_all_tests_below_them() -> None:
    chosen = choose(["tests/storage/conftest.py"])

    assert {"tests/storage/test_engine.py", "tests/storage/test_outbox.py"} <= set(chosen)
    assert not any(one.startswith("tests/bot/") for one in chosen)


def test_a_helper_of_tests_means_the_tests_that_use_it() -> None:
    assert "tests/bot/rounds/test_service.py" in choose(["tests/bot/scenes.py"])


def test_words_alone_mean_the_tests_of_words() -> None:
    assert choose(["README.md"]) == list(ALWAYS)
    assert choose([]) == []
