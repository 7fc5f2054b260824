#include "server/state_directory.hpp"

#include "server/files.hpp"
#include "server/random_text.hpp"

#include <roomport/json/writer.hpp>

#include <boost/json/parse.hpp>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace roomport::server {
namespace {

constexpr std::size_t marker_length = 32;

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

std::optional<std::string> text_member(const boost::json::object& from, const char* name) {
    const auto* value = from.if_contains(name);
    const auto* text = value != nullptr ? value->if_string() : nullptr;
    if (text == nullptr) {
        return std::nullopt;
    }
    return std::string(text->data(), text->size());
}

} // namespace

std::filesystem::path default_state_directory() {
    // The XDG rules: a value that is not absolute is to be ignored.
    const std::filesystem::path state_home(environment("XDG_STATE_HOME"));
    if (state_home.is_absolute()) {
        return state_home / "roomport";
    }
    std::filesystem::path home(environment("HOME"));
    if (!home.is_absolute()) {
        const passwd* user = ::getpwuid(::getuid());
        if (user == nullptr || user->pw_dir == nullptr || *user->pw_dir != '/') {
            throw usage_error("there is no home folder; name a folder with --state-dir");
        }
        home = static_cast<const char*>(user->pw_dir);
    }
    return home / ".local/state/roomport";
}

std::optional<service_facts> read_service_facts(const std::filesystem::path& state_directory) {
    std::optional<std::string> text;
    try {
        text = read_file(state_directory / "service.json");
    } catch (const std::system_error&) {
        return std::nullopt;
    }
    if (!text) {
        return std::nullopt;
    }
    boost::system::error_code ec;
    const auto value = boost::json::parse(*text, ec);
    const auto* object = ec ? nullptr : value.if_object();
    if (object == nullptr) {
        return std::nullopt;
    }
    const auto url = text_member(*object, "url");
    const auto app_id = text_member(*object, "appId");
    const auto token_file = text_member(*object, "tokenFile");
    if (!url || !app_id || !token_file) {
        return std::nullopt;
    }
    service_facts facts;
    facts.url = *url;
    facts.app_id = *app_id;
    facts.token_file = *token_file;
    if (auto ca_file = text_member(*object, "caFile")) {
        facts.ca_file = *ca_file;
    }
    return facts;
}

state_directory state_directory::open(const std::filesystem::path& path) {
    const auto absolute = std::filesystem::absolute(path);
    if (!std::filesystem::exists(absolute)) {
        std::filesystem::create_directories(absolute);
        std::filesystem::permissions(absolute, std::filesystem::perms::owner_all);
    }
    const auto lock_file = absolute / "lock";
    descriptor lock(::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) {
        throw std::system_error(errno, std::system_category(), lock_file.string());
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            throw std::system_error(errno, std::system_category(), lock_file.string());
        }
        throw usage_error("another room service runs on the state folder " + absolute.string() +
                          "; stop it, or name another folder with --state-dir");
    }
    return {std::filesystem::canonical(absolute), std::move(lock)};
}

// A file that a crash left empty or full of zeros is made anew.
std::string state_directory::marker() const {
    const auto where = file("marker");
    const auto is_hex_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (auto known = read_file(where); known && known->size() == marker_length &&
                                       std::all_of(known->begin(), known->end(), is_hex_digit)) {
        return *known;
    }
    auto made = random_hex(marker_length / 2);
    write_file(where, made, true);
    return made;
}

secret state_directory::load_or_make_secret(const std::filesystem::path& file) {
    if (auto known = read_file(file)) {
        while (known->ends_with('\n') || known->ends_with('\r')) {
            known->pop_back();
        }
        if (known->empty()) {
            throw usage_error("the file " + file.string() + " is empty");
        }
        if (std::any_of(known->begin(), known->end(), [](char c) { return c < '!' || c > '~'; })) {
            throw usage_error("the secret in " + file.string() +
                              " has characters that can't be sent; use visible ASCII");
        }
        return secret(*known);
    }
    const auto made = random_hex(32);
    write_file(file, made + "\n", true);
    return secret(made);
}

void state_directory::write_service_facts(const service_facts& facts) const {
    std::string text = "{\"version\":1,\"url\":" + json::quote(facts.url) +
                       ",\"appId\":" + json::quote(facts.app_id);
    if (facts.ca_file) {
        text += ",\"caFile\":" + json::quote(facts.ca_file->string());
    }
    text += ",\"tokenFile\":" + json::quote(facts.token_file.string()) + "}\n";
    write_file(file("service.json"), text, false);
}

} // namespace roomport::server
