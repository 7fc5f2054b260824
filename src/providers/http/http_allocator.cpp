#include "providers/http/http_allocator.hpp"

#include "allocation/derived_names.hpp"
#include "program/files.hpp"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include <exception>
#include <system_error>
#include <utility>

namespace roomport::providers {
namespace {

constexpr std::size_t most_connections = 32;
constexpr std::size_t largest_answer = std::size_t{16} << 20U;
constexpr std::size_t most_pages = 10'000;

/// The token in a file, without white space around it.
secret read_token(const std::string& file) {
    const auto text = program::read_given_secret(file);
    if (!text) {
        throw std::runtime_error("there is no token file " + file);
    }
    const auto first = text->find_first_not_of(" \t\r\n");
    const auto last = text->find_last_not_of(" \t\r\n");
    if (first == std::string::npos) {
        throw std::runtime_error("the token file " + file + " is empty");
    }
    return secret(std::string_view(*text).substr(first, last - first + 1));
}

/// A platform that echoes the token must not bring it into a log.
void take_out(std::string& text, const secret& token) {
    const auto hidden = token.reveal();
    for (auto at = text.find(hidden); !hidden.empty() && at != std::string::npos;
         at = text.find(hidden, at)) {
        text.replace(at, hidden.size(), "***");
    }
}

} // namespace

class http_allocator::operation {
public:
    operation() = default;
    http::string_sink sink;
    secret token;
    std::function<void(http_answer)> done;
};

class http_allocator::listing {
public:
    listing() = default;
    placeholder_values values;
    allocation::listed all;
    std::size_t pages = 0;
    std::size_t items = 0;
    std::string next;
    std::function<void(const allocation::list_outcome&)> done;
};

http_allocator::http_allocator(boost::asio::any_io_executor executor,
                               const provider_configuration& with)
    : executor_(std::move(executor)), with_(with) {
    // Files that can't be used are told of now.
    pool_of(with_.http.create.origin);
    pool_of(with_.http.observe.origin);
}

http_allocator::~http_allocator() = default;

http::pool& http_allocator::pool_of(const http::origin& target) {
    auto& pool = pools_[target.to_string()];
    if (!pool) {
        http::pool_options options;
        options.max_connections = most_connections;
        options.tls.ca_file = with_.connection.ca_file;
        options.tls.certificate_file = with_.connection.certificate_file;
        options.tls.private_key_file = with_.connection.private_key_file;
        pool = std::make_unique<http::pool>(executor_, executor_, target, options);
    }
    return *pool;
}

void http_allocator::send(const http_verb& verb, const placeholder_values& values,
                          const std::string& further_query, std::function<void(http_answer)> done) {
    auto current = std::make_shared<operation>();
    current->done = std::move(done);
    http::request wanted(verb.method, verb.target.fill(values, text_template::place::url));
    if (!further_query.empty()) {
        wanted.target += wanted.target.find('?') == std::string::npos ? '?' : '&';
        wanted.target += further_query;
    }
    wanted.deadline = clock::now() + with_.connection.request_timeout;
    wanted.body_limit = largest_answer;
    wanted.repeatable = verb.method == http::method::get;
    for (const auto& [name, value] : verb.fields) {
        wanted.fields.emplace_back(name, value.fill(values, text_template::place::plain));
    }
    if (!verb.body.is_null()) {
        wanted.fields.emplace_back("Content-Type", "application/json");
        wanted.body = boost::json::serialize(fill_json(verb.body, values));
    }
    if (!verb.token_file.empty()) {
        try {
            current->token = read_token(verb.token_file);
            wanted.token = current->token;
        } catch (const std::exception& failure) {
            boost::asio::post(executor_, [current, problem = std::string(failure.what()),
                                          is_here = std::weak_ptr<bool>(is_here_)] {
                if (is_here.lock()) {
                    http_answer answer;
                    answer.failed = error::token_unavailable;
                    answer.problem = problem;
                    current->done(std::move(answer));
                }
            });
            return;
        }
    }
    auto& pool = pool_of(verb.origin);
    pool.async_request(
        std::move(wanted), current->sink,
        [current, has_certificate = !with_.connection.certificate_file.empty(),
         is_here = std::weak_ptr<bool>(is_here_)](error_code failed, http::response head) {
            if (!is_here.lock()) {
                return;
            }
            http_answer answer;
            answer.failed = failed;
            answer.problem = std::move(head.problem);
            answer.status = head.status;
            answer.body = std::move(current->sink.text);
            take_out(answer.body, current->token);
            answer.has_client_certificate = has_certificate;
            if (!failed) {
                answer.not_before = http::retry_not_before(head);
            }
            current->done(std::move(answer));
        });
}

allocation::capabilities http_allocator::platform() const {
    return with_.http.platform;
}

placeholder_values http_allocator::values_of(const allocation::intent& what) const {
    const auto region = with_.regions.find(what.region);
    placeholder_values values;
    values["room_id"] = what.room_id;
    values["config"] = what.config;
    values["region"] = region == with_.regions.end() ? what.region : region->second;
    values["owner"] = what.owner;
    values["app_id"] = what.app_id;
    values["intent"] = allocation::intent_tag(what);
    values["uuid"] = allocation::intent_uuid(what);
    values["generation"] = std::to_string(what.generation);
    return values;
}

void http_allocator::create(const allocation::intent& what,
                            std::function<void(const allocation::create_outcome&)> done) {
    send(with_.http.create, values_of(what), {},
         [this, done = std::move(done)](const http_answer& answer) {
             done(read_create(with_.http, answer));
         });
}

void http_allocator::find(const allocation::intent& what,
                          std::function<void(const allocation::find_outcome&)> done) {
    if (!with_.http.find) {
        boost::asio::post(executor_, [done = std::move(done)] { done(allocation::found()); });
        return;
    }
    send(*with_.http.find, values_of(what), {},
         [this, done = std::move(done)](const http_answer& answer) {
             done(read_find(with_.http, answer));
         });
}

void http_allocator::list(const std::string& owner,
                          std::function<void(const allocation::list_outcome&)> done) {
    auto all = std::make_shared<listing>();
    all->values["owner"] = owner;
    all->done = std::move(done);
    if (!with_.http.list) {
        boost::asio::post(executor_, [all] { all->done(std::move(all->all)); });
        return;
    }
    list_more(std::move(all));
}

void http_allocator::list_more(std::shared_ptr<listing> all) {
    std::string query;
    const std::string& parameter = with_.http.page_parameter;
    const bool is_first = all->pages == 0;
    switch (with_.http.pages) {
    case paging::none:
        break;
    case paging::token:
        if (!is_first) {
            std::string ignored;
            placeholder_values token;
            token["next"] = all->next;
            query = parameter + "=" +
                    text_template::parse("{next}", {"next"}, ignored)
                        .fill(token, text_template::place::url);
        }
        break;
    case paging::page:
        query = parameter + "=" + std::to_string(all->pages + 1);
        break;
    case paging::offset:
        query = parameter + "=" + std::to_string(all->items);
        break;
    }
    send(*with_.http.list, all->values, query, [this, all](const http_answer& answer) {
        auto outcome = read_list(with_.http, answer, std::chrono::system_clock::now());
        if (auto* no = std::get_if<allocation::refused>(&outcome)) {
            all->done(std::move(*no));
            return;
        }
        auto& page = std::get<list_page>(outcome);
        for (auto& each : page.servers) {
            all->all.servers.push_back(std::move(each));
        }
        ++all->pages;
        all->items += page.items;
        all->next = std::move(page.next);
        const auto kind = with_.http.pages;
        const bool is_full = page.items >= static_cast<std::size_t>(with_.http.page_size);
        const bool has_more = kind == paging::token  ? !all->next.empty()
                              : kind == paging::none ? false
                                                     : is_full;
        if (has_more && all->pages < most_pages) {
            list_more(all);
        } else {
            all->done(std::move(all->all));
        }
    });
}

void http_allocator::stop(const std::string& key,
                          std::function<void(const allocation::stop_answer&)> done) {
    if (!with_.http.stop) {
        boost::asio::post(executor_, [done = std::move(done)] {
            allocation::stop_answer how;
            how.how = allocation::stop_outcome::unsupported;
            how.reason = "the file describes no stop";
            done(how);
        });
        return;
    }
    placeholder_values values;
    values["key"] = key;
    send(*with_.http.stop, values, {}, [this, done = std::move(done)](const http_answer& answer) {
        done(read_stop(with_.http, answer));
    });
}

void http_allocator::observe(const std::string& key,
                             std::function<void(const allocation::observe_outcome&)> done) {
    placeholder_values values;
    values["key"] = key;
    send(with_.http.observe, values, {}, [this, done = std::move(done)](const http_answer& answer) {
        done(read_observe(with_.http, with_.ports, answer));
    });
}

} // namespace roomport::providers
