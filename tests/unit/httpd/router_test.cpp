#include "httpd/router.hpp"

#include <gtest/gtest.h>

namespace {

using roomport::httpd::router;
using kind = router::result::kind;

class Router : public testing::Test {
protected:
    Router() {
        routes.add("GET", "/p/latest");
        routes.add("GET", "/p/{id}");
        routes.add("POST", "/p/{id}/stop");
        routes.add("POST", "/p/{id}");
    }
    router routes;
};

TEST_F(Router, PrefersLiterals) {
    EXPECT_EQ(routes.find("GET", {"p", "latest"}).route, 0U);
    const auto found = routes.find("GET", {"p", "x"});
    EXPECT_EQ(found.route, 1U);
    EXPECT_EQ(found.values.get("id"), "x");
    EXPECT_EQ(found.values.get("other"), "");
}

TEST_F(Router, TakesHeadForGet) {
    EXPECT_EQ(routes.find("HEAD", {"p", "x"}).route, 1U);
}

TEST_F(Router, NamesTheMethodsThereAre) {
    const auto found = routes.find("PUT", {"p", "x"});
    EXPECT_EQ(found.what, kind::wrong_method);
    EXPECT_EQ(found.allowed, "GET, POST");
}

TEST_F(Router, KnowsNoOtherPath) {
    EXPECT_EQ(routes.find("GET", {}).what, kind::unknown_path);
    EXPECT_EQ(routes.find("GET", {"p"}).what, kind::unknown_path);
    EXPECT_EQ(routes.find("GET", {"p", ""}).what, kind::unknown_path);
    EXPECT_EQ(routes.find("GET", {"p", "x", ""}).what, kind::unknown_path);
}

} // namespace
