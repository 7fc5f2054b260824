#include "program/service_facts.hpp"

#include "program/files.hpp"
#include "program/usage_error.hpp"

#include <roomport/json/writer.hpp>

#include <boost/json/parse.hpp>
#include <boost/system/system_error.hpp>

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

namespace roomport::program {
namespace {

constexpr const char* file_name = "service.json";

std::string_view environment_text(const char* name) {
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
    const std::filesystem::path state_home(environment_text("XDG_STATE_HOME"));
    if (state_home.is_absolute()) {
        return state_home / "roomport";
    }
    std::filesystem::path home(environment_text("HOME"));
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
        text = read_file(state_directory / file_name);
    } catch (const std::system_error& why) {
        if (why.code() == std::errc::too_many_files_open) {
            // There may well be one.
            throw boost::system::system_error(why.code().value(), boost::system::system_category(),
                                              (state_directory / file_name).string());
        }
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

void write_service_facts(const std::filesystem::path& state_directory, const service_facts& facts) {
    std::string text = "{\"version\":1,\"url\":" + json::quote(facts.url) +
                       ",\"appId\":" + json::quote(facts.app_id);
    if (facts.ca_file) {
        text += ",\"caFile\":" + json::quote(facts.ca_file->string());
    }
    text += ",\"tokenFile\":" + json::quote(facts.token_file.string()) + "}\n";
    write_file(state_directory / file_name, text, file_kind::plain);
}

} // namespace roomport::program
