"""Each rule catches what it is for and lets the sound form pass."""

import os
import tempfile
import unittest

import classes
import coroutines
import layers
import lint
import pages
import picture
import texts


def coroutine(body):
    return "awaitable<void> f() {\n" + body + "\n}\n"


class AwaitRule(unittest.TestCase):
    def assert_caught(self, body, word):
        found = list(coroutines.await_problems(coroutine(body)))
        self.assertTrue(found, body)
        self.assertIn(word, found[0][1])

    def assert_passes(self, body):
        self.assertEqual(list(coroutines.await_problems(coroutine(body))), [], body)

    def test_aggregate_temporaries(self):
        self.assert_caught('co_await get({.path = "/x"});', "braced list")
        self.assert_caught("co_await get(request{verb, path});", "braced list")
        self.assert_caught("auto x = pair{co_await a(), co_await b()};", "braced list")
        self.assert_caught("co_return result{co_await a()};", "braced list")
        self.assert_caught("if (co_await get({})) { done(); }", "braced list")
        self.assert_passes("request r; r.path = p; co_await get(std::move(r));")
        self.assert_passes("co_await get(request(path));")
        self.assert_passes("const auto [ec, n] = co_await read(as_tuple(deferred));")

    def test_a_list_in_another_statement_passes(self):
        self.assert_passes("std::vector<int> v{1, 2}; co_await get(v); names = {a, b};")
        self.assert_passes("if (ready) { co_await get(v); } else { use({1}); }")
        self.assert_passes("for (int i = 0; i < 3; ++i) { co_await get(i); }")
        self.assert_passes("auto x = y[co_await get()];")
        self.assert_passes("use({1}); { co_await get(v); } use({2});")
        self.assert_passes("while (co_await more()) { use({1}); }")
        self.assert_passes("try { co_await get(v); } catch (const error& e) { use({1}); }")

    def test_ternary_and_throw(self):
        self.assert_caught("auto x = ok ? co_await a() : co_await b();", "ternary")
        self.assert_caught("co_await get(ok ? a : b);", "ternary")
        self.assert_caught("throw failure(co_await a());", "throw")
        self.assert_passes("const auto path = ok ? a : b; co_await get(path);")
        self.assert_passes("const auto why = co_await a(); throw failure(why);")

    def test_capturing_lambdas(self):
        self.assert_caught("co_await co_spawn(ex, [sp] { use(sp); }, use_awaitable);", "lambda")
        self.assert_caught("co_await run([sp = std::move(p)]() -> awaitable<void> { co_return; });", "lambda")
        self.assert_caught("co_await run([=] { use(p); });", "lambda")
        self.assert_passes("co_await run([] { use(); });")
        self.assert_passes("co_await run([&] { use(p); });")
        self.assert_passes("co_await run([this, &p] { use(p); });")
        self.assert_passes("auto work = [sp] { use(sp); }; co_await co_spawn(ex, std::move(work), token);")

    def test_the_body_of_a_lambda_is_another_place(self):
        self.assert_passes("co_spawn(ex, [sp]() -> awaitable<void> { co_await get(sp); use({1}); }, detached);")
        self.assert_passes("co_await run([&] { use({1}); });")
        self.assert_caught("run([&]() -> awaitable<void> { co_await get({1}); });", "braced list")

    def test_comments_and_texts_are_no_code(self):
        self.assert_passes("// co_await get({1});\nlog(\"co_await get({1})\");")
        self.assert_passes('co_await get(R"({"a": {}})"); // {}')

    def test_tells_the_line(self):
        found = list(coroutines.await_problems(coroutine("a();\nco_await get(\n    {1});")))
        self.assertEqual([line for line, _ in found], [4])


class DefaultArgumentRule(unittest.TestCase):
    def test_braced_defaults_of_coroutines(self):
        caught = ["awaitable<int> get(options o = {});", "asio::awaitable<std::vector<int>> client::get(options o = options{});"]
        for text in caught:
            self.assertEqual(len(list(coroutines.default_argument_problems(text))), 1, text)
        passes = ["awaitable<int> get(options o = options());", "int get(options o = {});",
                  "awaitable<int> get(int x) { use({1}); co_return 1; }", "using a = awaitable<int>;"]
        for text in passes:
            self.assertEqual(list(coroutines.default_argument_problems(text)), [], text)


class BannedRule(unittest.TestCase):
    def test_each_banned_thing(self):
        for text in ["using namespace asio::experimental::awaitable_operators;",
                     "boost::beast::ssl_stream<tcp::socket> s;",
                     "#include <boost/beast/ssl.hpp>",
                     "beast::tcp_stream s(ex);",
                     "beast::get_lowest_layer(s).expires_after(1s);",
                     "channel_.cancel();",
                     "#include <boost/asio.hpp>",
                     "handler_type handler_;\nvoid f() { handler_ = std::move(other); }",
                     "any_completion_handler<void(int)> done;\ndone = next;"]:
            self.assertEqual(len(list(coroutines.banned_problems(text))), 1, text)

    def test_the_sound_forms(self):
        for text in ["asio::ssl::stream<tcp::socket> s;", "timer.expires_after(1s);", "timer_.cancel();",
                     "// beast::tcp_stream is not to be used", "#include <boost/asio/post.hpp>",
                     "handler_type handler = std::move(other);", "if (handler_type done = f(); done == g) {}"]:
            self.assertEqual(list(coroutines.banned_problems(text)), [], text)


class ConstructorRule(unittest.TestCase):
    def found(self, text):
        return list(classes.constructor_problems({"include/roomport/x.hpp": text}))

    def test_owning_aggregates(self):
        self.assertEqual(len(self.found("struct a { std::string s; };")), 1)
        self.assertEqual(len(self.found("class ROOMPORT_EXPORT a final { public: int n = 0; std::vector<int> v; };")), 1)
        self.assertEqual(len(self.found("struct a { std::optional<std::string> s; void f() { g(); } };")), 1)

    def test_owning_through_another_type(self):
        found = self.found("struct b { b() = default; std::string s; };\nstruct a { b inner; int n; };")
        self.assertEqual([(line, message.split()[0]) for _, line, message in found], [(2, "a")])

    def test_sound_types(self):
        for text in ["struct a { a() = default; std::string s; };", "struct a { int n; std::string_view s; };",
                     "struct a { explicit a(std::string s) : s_(std::move(s)) {} private: std::string s_; };",
                     "enum class a { string };", "struct a { std::string f() const; static std::string g(); };",
                     "struct a;", "class a { void f(); const std::string& s; std::string* p; };"]:
            self.assertEqual(self.found(text), [], text)


def part(name, depends=""):
    return f"roomport_part({name}\n    SOURCES\n        a.cpp\n    DEPENDS {depends}\n    LIBRARIES Boost::json)\n"


class LayerRule(unittest.TestCase):
    PARTS = {"src/common/CMakeLists.txt": "roomport_part(common SOURCES a.cpp)\n",
             "src/model/CMakeLists.txt": part("model", "common"),
             "src/json/CMakeLists.txt": part("json", "model"),
             "src/http/CMakeLists.txt": part("http", "common"),
             "src/wait/CMakeLists.txt": part("wait", "common model"),
             "src/hathora/CMakeLists.txt": part("hathora", "json http wait"),
             "src/client/CMakeLists.txt": part("client", "hathora"),
             "src/httpd/CMakeLists.txt": part("httpd", "common"),
             "src/program/CMakeLists.txt": part("program", "client"),
             "src/server/CMakeLists.txt": part("server", "httpd program"),
             "src/cli/CMakeLists.txt": part("cli", "server"),
             "src/poller/CMakeLists.txt": "roomport_program(roomport-poller\n    SOURCES main.cpp\n"
                                          "    PARTS poller_rules program httpd\n    INSTALL)\n"}

    def found(self, path, include):
        found = list(layers.layer_problems(self.PARTS | {path: f"#include {include}\n"}))
        self.assertTrue(all(name == path for name, _, _ in found), found)
        return found

    def test_a_folder_without_a_part(self):
        self.assertEqual(len(self.found("src/other/x.cpp", "<vector>")), 1)

    def test_a_part_below_itself(self):
        files = self.PARTS | {"src/common/CMakeLists.txt": part("common", "client")}
        self.assertIn(("src/common/CMakeLists.txt", 1, "common depends on itself"), list(layers.layer_problems(files)))

    def test_going_up(self):
        for path, include in [("include/roomport/model/x.hpp", "<roomport/json/reader.hpp>"),
                              ("src/http/pool.cpp", "<roomport/model/region.hpp>"),
                              ("src/wait/engine.cpp", '"http/pool_state.hpp"'),
                              ("src/common/error.cpp", '"model/x.hpp"'),
                              ("src/httpd/server.cpp", "<roomport/hathora/operations.hpp>"),
                              ("src/hathora/x.cpp", "<roomport/client.hpp>"),
                              ("include/roomport/error.hpp", "<roomport/model.hpp>"),
                              ("src/server/x.cpp", '"cli/options.hpp"'),
                              ("src/cli/main.cpp", '"poller/daemon.hpp"'),
                              ("src/poller/main.cpp", '"server/service/serve.hpp"'),
                              ("src/program/report.cpp", '"server/service/serve.hpp"')]:
            self.assertEqual(len(self.found(path, include)), 1, (path, include))

    def test_reaching_inside(self):
        self.assertEqual(len(self.found("include/roomport/http/pool.hpp", '"http/pool_state.hpp"')), 1)
        self.assertEqual(len(self.found("examples/1_first/main.cpp", '"common/completion.hpp"')), 1)
        self.assertEqual(len(self.found("src/server/x.cpp", '"http/pool_state.hpp"')), 1)
        self.assertEqual(len(self.found("examples/poller_daemon/x.cpp", '"http/pool_state.hpp"')), 1)

    def test_going_down(self):
        for path, include in [("src/json/reader.cpp", "<roomport/model/region.hpp>"),
                              ("src/http/pool.cpp", '"http/pool_state.hpp"'),
                              ("src/http/pool.cpp", "<boost/beast/http.hpp>"),
                              ("src/wait/x.cpp", '"common/completion.hpp"'),
                              ("include/roomport/client.hpp", "<roomport/wait/wait_result.hpp>"),
                              ("src/cli/main.cpp", '"server/service.hpp"'),
                              ("src/server/x.cpp", '"httpd/server.hpp"'),
                              ("src/poller/x.cpp", '"httpd/server.hpp"'),
                              ("src/poller/x.cpp", '"program/report.hpp"'),
                              ("tests/unit/http/x_test.cpp", '"http/pool_state.hpp"')]:
            self.assertEqual(self.found(path, include), [], (path, include))


class TextRules(unittest.TestCase):
    def test_machine_paths(self):
        for text in ["see /wo" "rk/main", "cd /ro" "ot/x", "'/ho" "me/someone/x'"]:
            self.assertEqual(len(list(texts.text_problems("README.md", text))), 1, text)
        for text in ["build/work/x", "https://example.com/home/x", "${dir}/work/x", "a/root/b", "work/root"]:
            self.assertEqual(list(texts.text_problems("README.md", text)), [], text)

    def test_unfinished_work(self):
        self.assertEqual(len(list(texts.text_problems("x.cpp", "// TO" "DO: more"))), 1)
        self.assertEqual(list(texts.text_problems("x.cpp", "// nothing to do")), [])

    def test_length(self):
        self.assertEqual(list(texts.length_problems("x.cpp", "\n" * texts.MAX_LINES)), [])
        self.assertEqual(len(list(texts.length_problems("x.cpp", "\n" * (texts.MAX_LINES + 1)))), 1)

    def test_columns(self):
        self.assertEqual(list(texts.column_problems("x.cpp", "x" * texts.MAX_COLUMNS)), [])
        self.assertEqual(len(list(texts.column_problems("x.cpp", "int x;\n" + "x" * (texts.MAX_COLUMNS + 1)))), 1)

    def test_headers(self):
        self.assertEqual(list(texts.header_problems("x.hpp", "#pragma once\n")), [])
        self.assertEqual(len(list(texts.header_problems("x.hpp", "#include <x>\n"))), 1)
        self.assertEqual(len(list(texts.header_problems("x.hpp", "#pragma once\nusing namespace std;\n"))), 1)
        self.assertEqual(list(texts.header_problems("x.cpp", "using namespace std;\n")), [])


class QuoteRule(unittest.TestCase):
    EXAMPLE = "int main() {\n    if (x) {\n        f();\n\n    }\n}\n"

    def found(self, quoted, source="examples/1.cpp"):
        text = f"Text.\n\n<!-- quoted from {source} -->\n```cpp\n{quoted}```\n"
        return list(texts.quote_problems({"README.md": text, "examples/1.cpp": self.EXAMPLE}))

    def test_the_same_lines_pass_whatever_their_indentation(self):
        self.assertEqual(self.found("    if (x) {\n        f();\n\n    }\n"), [])
        self.assertEqual(self.found("if (x) {\n    f();\n\n}\n"), [])

    def test_other_lines_are_caught(self):
        self.assertEqual(len(self.found("if (y) {\n    f();\n\n}\n")), 1)
        self.assertEqual(len(self.found("if (x) {\n      f();\n\n}\n")), 1)
        self.assertEqual(len(self.found("f();\n", "examples/2.cpp")), 1)


class PageRule(unittest.TestCase):
    FILES = {"src/http/pool.cpp": "void pool::request() { start_exchange(); }\n",
             "src/httpd/server.cpp": "void accept();\n", "src/http/server.cpp": "", "scripts/lint": ""}

    def found(self, text, page="docs/architecture.md"):
        return [message for _, _, message in pages.page_problems(self.FILES | {page: text})]

    def test_what_is_there_passes(self):
        for text in ["`src/http/pool.cpp`", "`http/pool.cpp`: `pool::request()`", "`src/http/`", "`scripts/lint`",
                     "`src/NAME/pool.cpp`", "`start_exchange`", "`--quiet`", "```sh\n`none.cpp`\n```",
                     "A paragraph about `pool.cpp`,\nwhich has `request()`."]:
            self.assertEqual(self.found(text), [], text)

    def test_what_is_not_there_is_caught(self):
        for text in ["`src/http/none.cpp`", "`src/none/`", "`scripts/none`", "`none_such`", "`pool::none`",
                     "`src/http/pool.cpp`: `none()`", "`src/httpd/server.cpp`: `request()`",
                     "| `pool.cpp` | |\n| `request()` | |", "- `pool.cpp`\n- `request()`", "`server.cpp`"]:
            self.assertEqual(len(self.found(text)), 1, text)

    def test_other_pages_may_tell_of_other_things(self):
        self.assertEqual(self.found("`none_such`", "README.md"), [])

    def test_a_way_is_short(self):
        files = {f"src/a/file{number}.cpp": "" for number in range(13)}
        page = "## The way of a room id down\n\n" + "\n".join(f"| `{path}` | `{path}` |" for path in files) + "\n\n## More\n"
        found = list(pages.page_problems(files | {"docs/architecture.md": page}))
        self.assertEqual(found, [("docs/architecture.md", 1, "13 files on this way; 12 at most")])
        del files["src/a/file0.cpp"]
        page = page.replace("| `src/a/file0.cpp` | `src/a/file0.cpp` |\n", "")
        self.assertEqual(list(pages.page_problems(files | {"docs/architecture.md": page})), [])


class PictureRule(unittest.TestCase):
    FILES = LayerRule.PARTS | {
        "src/json/a.cpp": "#include <roomport/model/room.hpp>\n#include <roomport/error.hpp>\n",
        "src/model/a.cpp": "#include <roomport/error.hpp>\n",
        "src/wait/a.cpp": '#include "wait/limits/b.hpp"\n', "src/wait/limits/b.hpp": ""}

    def test_arrows_are_the_includes_without_those_that_follow(self):
        drawn = picture.draw(self.FILES, "parts")
        self.assertIn("json --> model", drawn)
        self.assertIn("model --> common", drawn)
        self.assertNotIn("json --> common", drawn)
        self.assertIn("wait --> wait_limits", picture.draw(self.FILES, "wait"))

    def test_an_old_picture_is_caught(self):
        rows = "".join(f"| `{path.split('/')[1]}` | does this |\n" for path in LayerRule.PARTS)
        page = "Text.\n<!-- drawn from the includes: parts -->\n<!-- end -->\n" + rows
        files = self.FILES | {picture.PAGE: page}
        self.assertEqual([line for _, line, _ in picture.picture_problems(files)], [2])
        files[picture.PAGE] = picture.redrawn(files)
        self.assertEqual(list(picture.picture_problems(files)), [])
        files["src/model/a.cpp"] = ""
        self.assertEqual(len(list(picture.picture_problems(files))), 1)

    def test_a_part_that_is_not_explained_is_caught(self):
        found = list(picture.picture_problems(LayerRule.PARTS | {picture.PAGE: "| `json` | reads |\n\n| `wait` | waits |\n"}))
        self.assertEqual(len(found), len(LayerRule.PARTS) - 1)
        self.assertNotIn("the table of parts has no row for wait", [message for _, _, message in found])


class WholeRun(unittest.TestCase):
    def run_on(self, text):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "src", "http"))
            for name, content in [("CMakeLists.txt", "roomport_part(http)\n"), ("x.cpp", text)]:
                with open(os.path.join(root, "src", "http", name), "w", encoding="utf-8") as file:
                    file.write(content)
            return lint.main(root)

    def test_the_exit_status_tells_a_problem(self):
        self.assertEqual(self.run_on("int x;\n"), 0)
        self.assertEqual(self.run_on("beast::tcp_stream x;\n"), 1)

    def test_a_reasoned_exemption_passes_that_rule_only(self):
        self.assertEqual(self.run_on("beast::tcp_stream x; // NOLINT(banned): subject of the test\n"), 0)
        self.assertEqual(self.run_on("beast::tcp_stream x; // NOLINT(text): another\n"), 1)


if __name__ == "__main__":
    unittest.main()
