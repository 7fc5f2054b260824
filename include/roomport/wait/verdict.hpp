#pragma once

#include <roomport/export.hpp>
#include <roomport/wait/observation.hpp>

#include <functional>
#include <utility>
#include <vector>

namespace roomport {

/// What an observation means for one who waits.
enum class verdict {
    /// The wait succeeds with the observation's ports, whatever they are.
    ready,
    /// The wait goes on; a failure of this kind never ends it (but `wait_options::max_failures` may).
    not_yet,
    /// Something is wrong that may be passing: three such observations end the wait with the last one's error, unless
    /// a well-formed answer (`starting` or `ready`) that is not broken itself comes between them. Failures that are
    /// `not_yet` come between them without effect.
    broken,
    /// The wait ends with the observation's error at once, or with `error::broken_promise` when it has none.
    never,
};

/// One row of an ordered list of verdicts: the first acceptor that matches decides.
class acceptor {
public:
    /// Whether this row speaks of an observation. Must be quick and callable any number of times, from any thread. An
    /// empty one matches nothing. Should it throw, the wait goes on, and the exception leaves through the `run()` of
    /// the context.
    using predicate = std::function<bool(const observation&)>;

    /// @param when when this row decides.
    /// @param then what it decides.
    acceptor(predicate when, verdict then) : matches(std::move(when)), result(then) {}

    /// When this row decides.
    predicate matches;

    /// What it decides.
    verdict result;
};

/// An ordered list of acceptors. An observation that none matches is `broken` when it failed, else `not_yet`.
///
/// To change a detail, put a row before a copy of `default_acceptors()`:
/// @code
/// roomport::acceptors list = roomport::default_acceptors();
/// list.insert(list.begin(),
///             roomport::acceptor([](const roomport::observation& seen) { return seen.http_status == 401; },
///                                roomport::verdict::not_yet));
/// @endcode
using acceptors = std::vector<acceptor>;

/// The list used unless another is given.
///
/// *Ready*: `ready`. *Not yet*: `starting`; failures of class connect, dns, closed; a poll's timeout; HTTP 408,
/// 425, 429 and 5xx except 501 and 505. *Broken*: redirects; any other status below 400 or above 599; malformed HTTP or
/// JSON; a limit; a breach of contract; any TLS error but the next. *Never*: other 4xx; 501; 505; a TLS identity or
/// version refused; anything else. Thread-safe; the list lives as long as the program.
ROOMPORT_EXPORT const acceptors& default_acceptors();

/// The verdict of `list` on `seen`. Thread-safe; throws only what a predicate throws.
ROOMPORT_EXPORT verdict judge(const acceptors& list, const observation& seen);

} // namespace roomport
