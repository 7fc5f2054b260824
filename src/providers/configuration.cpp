#include "providers/configuration.hpp"

#include "program/files.hpp"

#include <roomport/model/region.hpp>
#include <roomport/model/transport_type.hpp>

#include <algorithm>
#include <system_error>

namespace roomport::providers {
namespace {

// What is left for an operator's own requests.
constexpr double used_share = 0.9;

std::vector<std::string> words_of(const auto& texts) {
    return {texts.begin(), texts.end()};
}

template <class T>
void assign(T& to, std::optional<T> value) {
    if (value) {
        to = *std::move(value);
    }
}

void read_regions(config_section& provider, provider_configuration& to) {
    auto regions = provider.section("regions");
    if (!regions) {
        return;
    }
    const auto known = words_of(wire_texts(region{}));
    for (const auto& [key, value] : regions->all_keys()) {
        const std::string name(key.str());
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            regions->wrong(name, "is no region of the API; there are Frankfurt, Seattle, ...");
        }
        to.regions[name] = regions->text(name).value_or("");
    }
    regions->finish();
}

void read_ports(config_section& provider, provider_configuration& to) {
    provider.require("ports",
                     "[provider.ports] default = { name = \"game\", transport = \"udp\" }");
    auto ports = provider.section("ports");
    if (!ports) {
        return;
    }
    ports->require("default",
                   "{ name = \"game\", transport = \"udp\" }: the port that rooms are told first");
    for (const auto& [key, value] : ports->all_keys()) {
        port_name name;
        name.ours = key.str();
        auto port = ports->section(name.ours);
        if (!port) {
            continue;
        }
        name.theirs = port->text("name").value_or("default");
        port->require("transport", "tcp, udp or tls");
        name.transport =
            port->one_of("transport", words_of(wire_texts(transport_type{}))).value_or("udp");
        port->finish();
        const bool is_main = name.ours == "default";
        to.ports.insert(is_main ? to.ports.begin() : to.ports.end(), std::move(name));
    }
}

void read_limit(config_section& limits, const char* verb, allocation::verb_limit::settings& to) {
    to.rate = limits.number(verb, 0.1, 10'000).value_or(to.rate) * used_share;
}

void read_limits(config_section& provider, allocation::engine_settings& to) {
    to.create.rate = 10;
    to.observe.rate = 20;
    to.list.rate = 10;
    to.stop.rate = 10;
    const toml::table none;
    configuration_problems unused("");
    auto limits = provider.section("limits");
    config_section nothing(none, "", unused);
    config_section& from = limits ? *limits : nothing;
    read_limit(from, "create", to.create);
    read_limit(from, "observe", to.observe);
    read_limit(from, "list", to.list);
    read_limit(from, "stop", to.stop);
    from.finish();
}

void read_reaper(config_section& provider, allocation::engine_settings& to) {
    auto reaper = provider.section("reaper");
    if (!reaper) {
        return;
    }
    assign(to.reaper_interval, reaper->length_of_time("every"));
    assign(to.reaping.grace, reaper->length_of_time("grace"));
    assign(to.reaping.dry_run, reaper->yes_or_no("dry_run"));
    if (const auto most = reaper->whole_number("max_stops", 1, 10'000)) {
        to.reaping.most_stops = static_cast<std::size_t>(*most);
    }
    reaper->finish();
}

/// A file named in the configuration, from the configuration's own folder.
std::string beside(const std::filesystem::path& file, const std::string& name) {
    return name.empty() ? name : (std::filesystem::absolute(file).parent_path() / name).string();
}

void read_provider(config_section& provider, const std::filesystem::path& file,
                   provider_configuration& to) {
    provider.require("type", "\"http\"");
    provider.one_of("type", {"http"});
    assign(to.owner, provider.text("owner"));
    if (!to.owner.empty() && !is_valid_owner(to.owner)) {
        provider.wrong("owner", "give 1 to 32 of a-z, 0-9 and '-'");
    }
    assign(to.engine.room.capacity_timeout, provider.length_of_time("capacity_timeout"));
    assign(to.engine.room.start_timeout, provider.length_of_time("start_timeout"));
    assign(to.engine.room.unknown_delay, provider.length_of_time("unknown_delay"));
    assign(to.engine.room.auth_grace, provider.length_of_time("auth_grace"));
    auto& connection = to.connection;
    assign(connection.request_timeout, provider.length_of_time("request_timeout"));
    connection.ca_file = beside(file, provider.text("ca_file").value_or(""));
    connection.certificate_file = beside(file, provider.text("certificate_file").value_or(""));
    connection.private_key_file = beside(file, provider.text("private_key_file").value_or(""));
    if (connection.certificate_file.empty() != connection.private_key_file.empty()) {
        provider.wrong("certificate_file and private_key_file belong together; give both or none");
    }
    read_regions(provider, to);
    read_ports(provider, to);
    read_limits(provider, to.engine);
    read_reaper(provider, to.engine);
    if (auto readiness = provider.section("readiness")) {
        readiness->require("kind", "\"none\"");
        readiness->one_of("kind", {"none"});
        readiness->finish();
    }
    provider.require("http", "how the platform is asked, [provider.http]");
    if (auto http = provider.section("http")) {
        to.http = read_http_description(*http);
    }
    for (http_verb* verb :
         {&to.http.create, &to.http.observe, to.http.find ? &*to.http.find : nullptr,
          to.http.list ? &*to.http.list : nullptr, to.http.stop ? &*to.http.stop : nullptr}) {
        if (verb != nullptr) {
            verb->token_file = beside(file, verb->token_file);
        }
    }
    provider.finish();
}

} // namespace

bool is_valid_owner(std::string_view text) {
    return !text.empty() && text.size() <= 32 &&
           std::all_of(text.begin(), text.end(), [](char each) {
               return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '-';
           });
}

provider_configuration read_configuration(const std::filesystem::path& file) {
    std::optional<std::string> content;
    try {
        content = program::read_file(file);
    } catch (const std::system_error& failure) {
        throw configuration_error(file.string() + ": can't be read: " + failure.code().message());
    }
    if (!content) {
        throw configuration_error(file.string() + ": there is no such file");
    }
    configuration_problems problems(file.string());
    toml::table root;
    try {
        root = toml::parse(*content, file.string());
    } catch (const toml::parse_error& wrong) {
        problems.add(wrong.source().begin.line, "",
                     "is not TOML: " + std::string(wrong.description()));
        problems.throw_if_any();
    }
    provider_configuration result;
    for (const auto& [key, value] : root) {
        if (key.str() != "provider") {
            problems.add(key.source().begin.line, std::string(key.str()),
                         "there is no such section; there is [provider]");
        }
    }
    if (const auto* table = root["provider"].as_table()) {
        config_section provider(*table, "provider", problems);
        read_provider(provider, file, result);
    } else {
        problems.add(1, "provider", "is missing; begin with [provider]");
    }
    problems.throw_if_any();
    return result;
}

} // namespace roomport::providers
