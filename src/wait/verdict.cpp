#include <roomport/wait/verdict.hpp>

namespace roomport {
namespace {

bool has_failed(const observation& seen) {
    return seen.state == observed_state::failed || seen.state == observed_state::gone;
}

bool is_passing_trouble(const observation& seen) {
    if (!has_failed(seen) || !seen.error.failed()) {
        return false;
    }
    if (seen.error == errc::http_status) {
        return seen.error == errc::server_unavailable;
    }
    const errc kind = classify(seen.error);
    return kind == errc::connect || kind == errc::dns || kind == errc::closed ||
           kind == errc::timeout;
}

bool is_unusable_answer(const observation& seen) {
    if (!has_failed(seen)) {
        return false;
    }
    if (!seen.error.failed()) {
        return true;
    }
    if (seen.error == errc::http_status) {
        const int status = seen.error.value();
        return status < 400 || status > 599;
    }
    switch (classify(seen.error)) {
    case errc::redirect:
    case errc::protocol:
    case errc::limit:
    case errc::parse:
    case errc::schema:
    case errc::contract:
        return true;
    case errc::tls:
        return seen.error != error_code(error::tls_identity_refused) &&
               seen.error != error_code(error::tls_version_refused);
    default:
        return false;
    }
}

acceptors make_default_acceptors() {
    acceptors list;
    list.emplace_back([](const observation& seen) { return seen.state == observed_state::ready; },
                      verdict::ready);
    list.emplace_back(
        [](const observation& seen) { return seen.state == observed_state::starting; },
        verdict::not_yet);
    list.emplace_back(is_passing_trouble, verdict::not_yet);
    list.emplace_back(is_unusable_answer, verdict::broken);
    list.emplace_back([](const observation&) { return true; }, verdict::never);
    return list;
}

} // namespace

const acceptors& default_acceptors() {
    // Never destroyed: a wait may still be judged while the program's statics are being torn down.
    static const auto* const list = new acceptors(make_default_acceptors());
    return *list;
}

verdict judge(const acceptors& list, const observation& seen) {
    for (const auto& row : list) {
        if (row.matches && row.matches(seen)) {
            return row.result;
        }
    }
    return has_failed(seen) ? verdict::broken : verdict::not_yet;
}

} // namespace roomport
