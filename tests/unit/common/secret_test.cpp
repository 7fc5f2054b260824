#include <roomport/secret.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <type_traits>
#include <utility>

namespace roomport {
namespace {

template <class T>
concept streamable = requires(std::ostream& out, const T& value) {
    out << value;
};

TEST(Secret, HasNoWayIntoAStreamOrAString) {
    EXPECT_FALSE(streamable<secret>);
    EXPECT_FALSE((std::is_convertible_v<secret, std::string>));
    EXPECT_FALSE((std::is_convertible_v<secret, std::string_view>));
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
    secret from("short");
    const char* inside = from.reveal().data();
    const secret to(std::move(from));
    EXPECT_EQ(to.reveal(), "short");
    EXPECT_TRUE(from.empty()); // NOLINT(bugprone-use-after-move): what a move leaves is the subject
    EXPECT_EQ(std::string(inside, 5), std::string(5, '\0'));
}

TEST(Secret, Assigns) {
    secret one("one");
    const secret two("two");
    one = two;
    EXPECT_EQ(one.reveal(), "two");
    EXPECT_EQ(two.reveal(), "two");
    one = secret("three");
    EXPECT_EQ(one.reveal(), "three");
}

} // namespace
} // namespace roomport
