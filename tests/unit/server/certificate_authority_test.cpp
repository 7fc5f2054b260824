#include "server/service/certificate_authority.hpp"

#include "program/files.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

namespace {

using roomport::program::read_file;
using roomport::server::certificate_authority;
using std::chrono::hours;
using std::chrono::system_clock;

class CertificateAuthority : public testing::Test {
protected:
    CertificateAuthority() {
        std::string name = (std::filesystem::temp_directory_path() / "roomport-XXXXXX").string();
        folder = ::mkdtemp(name.data());
    }
    ~CertificateAuthority() override { std::filesystem::remove_all(folder); }

    std::string leaf() const { return *read_file(folder / "server.pem"); }
    std::string root() const { return *read_file(folder / "ca.pem"); }

    std::filesystem::path folder;
    system_clock::time_point now = system_clock::now();
};

TEST_F(CertificateAuthority, KeepsWhatIsGood) {
    certificate_authority authority(folder);
    EXPECT_TRUE(authority.provide({"localhost", "127.0.0.1", "::1"}, now));
    EXPECT_FALSE(authority.provide({"::1", "127.0.0.1", "localhost", "localhost"}, now));
    EXPECT_EQ(std::filesystem::status(folder / "ca.key").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(CertificateAuthority, IssuesAnewForOtherNames) {
    certificate_authority authority(folder);
    authority.provide({"localhost"}, now);
    const auto old_root = root();
    const auto old_leaf = leaf();
    EXPECT_TRUE(authority.provide({"localhost", "a.example"}, now));
    EXPECT_EQ(root(), old_root);
    EXPECT_NE(leaf(), old_leaf);
    EXPECT_TRUE(authority.provide({"localhost"}, now));
}

TEST_F(CertificateAuthority, IssuesAnewBeforeTimeRunsOut) {
    certificate_authority authority(folder);
    authority.provide({"localhost"}, now);
    const auto old_root = root();
    EXPECT_FALSE(authority.provide({"localhost"}, now + hours(24 * 360)));
    EXPECT_TRUE(authority.provide({"localhost"}, now + hours(24 * 370)));
    EXPECT_EQ(root(), old_root);
    EXPECT_TRUE(authority.provide({"localhost"}, now + hours(24 * 3640)));
    EXPECT_NE(root(), old_root);
}

TEST_F(CertificateAuthority, MendsWhatDoesNotBelongTogether) {
    certificate_authority authority(folder);
    for (const char* name : {"server.key", "server.pem", "ca.key", "ca.pem"}) {
        authority.provide({"localhost"}, now);
        roomport::program::write_file(folder / name, "garbage",
                                      roomport::program::file_kind::plain);
        EXPECT_TRUE(authority.provide({"localhost"}, now)) << name;
        EXPECT_FALSE(authority.provide({"localhost"}, now)) << name;
        std::filesystem::remove(folder / name);
        EXPECT_TRUE(authority.provide({"localhost"}, now)) << name;
    }
}

} // namespace
