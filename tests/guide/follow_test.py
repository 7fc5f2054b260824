"""The follower sees when a guide is wrong."""

import contextlib
import io
import tempfile
import textwrap
import unittest
from pathlib import Path

import follow
import guide


class Following(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "docs").mkdir()
        (self.root / "home/a-b").mkdir(parents=True)
        (self.root / "examples/a_b").mkdir(parents=True)

    def follow(self, text, whole=True):
        """The exit status, and what was said."""
        path = self.root / "docs/guide.md"
        path.write_text(textwrap.dedent(text))
        environment = {"HOME": str(self.root / "home"), "PATH": "/usr/bin:/bin"}
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = follow.follow(path, follow.Follower(["bash"], environment, self.root), whole)
        return status, said.getvalue()

    def assert_followed(self, text, **options):
        status, said = self.follow(text, **options)
        self.assertEqual(status, 0, said)

    def assert_refused(self, text, why):
        status, said = self.follow(text)
        self.assertEqual(status, 1, said)
        self.assertIn(why, said)

    def test_a_terminal_keeps_folder_and_variables_from_block_to_block(self):
        self.assert_followed("""
            ```sh
            cd ~/a-b; export WHAT=kept
            ```
            ```sh
            echo "$WHAT in ${PWD##*/}"
            ```
            ```text
            kept in a-b
            ```
            """)

    def test_terminals_are_apart(self):
        self.assert_refused("""
            ```sh
            WHAT=mine
            ```
            <!-- follow: terminal=other -->
            ```sh
            echo "what: $WHAT"
            ```
            ```text
            what: mine
            ```
            """, "not all of this is printed")

    def test_each_command_of_a_block_has_to_succeed(self):
        self.assert_refused("```sh\nls /nowhere\ntrue\n```\n", "a command failed with 2")

    def test_a_failure_that_is_announced_is_expected_with_its_status(self):
        self.assert_followed("<!-- follow: status=3 -->\n```sh\n(exit 3)\n```\n")
        self.assert_refused("<!-- follow: status=3 -->\n```sh\n(exit 4)\n```\n", "exit status 4 and not 3")

    def test_what_is_printed_is_compared_but_for_numbers_and_ids(self):
        text = "```sh\necho room abcdefghij0123456789 at 127.0.0.1:27001\n```\n```text\nroom {} at 127.0.0.1:9\n```\n"
        self.assert_followed(text.format("zyx9…"))
        self.assert_refused(text.format("nine"), "not all of this is printed")

    def test_a_made_up_id_is_one_whatever_its_characters(self):
        for room in ("abcdefghijklmnopqrst", "a2b3c4d5e6f7g2h3i4j5", "23456723456723456723"):
            self.assert_followed(f"```sh\necho {room} there\n```\n```text\nk2n4… there\n```\n")

    def test_a_list_item_says_what_the_hidden_block_above_it_prints(self):
        text = "<!-- follow:\necho it is {}; false\n-->\n- `it is broken` — so mend it.\n"
        self.assert_followed(text.format("broken"))
        self.assert_refused(text.format("fine"), "not printed: it is broken")

    def test_what_runs_on_is_waited_for_seen_from_elsewhere_and_interrupted(self):
        self.assert_followed("""
            <!-- follow: terminal=server runs-on -->
            ```sh
            echo ready; while [ ! -e ~/told ]; do sleep 0.05; done; echo told; sleep 100
            ```
            ```text
            ready
            ```
            <!-- follow: seen-in=server
            touch ~/told
            -->
            - `told` — yes.

            <!-- follow: terminal=server interrupt -->
            ```sh
            echo still alive
            ```
            ```text
            still alive
            ```
            """)

    def test_a_status_that_the_text_gives_is_printed(self):
        text = "<!-- follow:\necho gone; echo HTTP {}\n-->\n- `gone` — 404: nobody knows it.\n"
        self.assert_followed(text.format(404))
        self.assert_refused(text.format(410), "the status is not 404")

    def test_files_are_saved_in_the_readers_folder_and_equal_those_of_the_tree(self):
        (self.root / "examples/a_b/file.py").write_text("print('saved')\n")
        text = "<!-- quoted from examples/a_b/file.py -->\n```python\n{}\n```\n```sh\ncat ~/a-b/file.py\n```\n"
        self.assert_followed(text.format("print('saved')") + "```text\nprint('saved')\n```\n")
        self.assert_refused(text.format("print('other')"), "not what stands in examples/a_b/file.py")

    def test_commands_do_not_read_what_is_typed_next(self):
        self.assert_followed("```sh\ncat\n```\n```sh\necho typed\n```\n```text\ntyped\n```\n")

    def test_steps_of_the_whole_guide_are_left_out_otherwise(self):
        text = "<!-- follow: whole -->\n```sh\nfalse\n```\n"
        self.assert_followed(text, whole=False)
        self.assert_refused(text, "a command failed")

    def test_a_shell_that_ends_is_a_failure(self):
        self.assert_refused("```sh\nexit 0\n```\n", "not done")


class Reading(unittest.TestCase):
    def assert_unreadable(self, text, why):
        with self.assertRaisesRegex(guide.GuideError, why):
            guide.read(text)

    def test_every_block_has_to_be_checked(self):
        self.assert_unreadable("```python\nprint()\n```\n", "neither typed, nor printed, nor quoted")

    def test_keys_are_known(self):
        self.assert_unreadable("<!-- follow: slowly -->\n```sh\ntrue\n```\n", "unknown key 'slowly'")

    def test_a_comment_stands_before_a_block_to_type(self):
        self.assert_unreadable("<!-- follow: whole -->\n```text\ntrue\n```\n", "before something else")

    def test_something_says_when_a_command_that_runs_on_has_begun(self):
        self.assert_unreadable("<!-- follow: runs-on -->\n```sh\nsleep 9\n```\n", "nothing says when")


if __name__ == "__main__":
    unittest.main()
