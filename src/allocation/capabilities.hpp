#pragma once

namespace roomport::allocation {

/// What repeating a create for the same intent does.
enum class repeat_rule {
    /// It gives the same server again.
    same_server,
    /// It may give another one: what the first left behind has to be looked for first.
    find_first,
    /// It may give another one, and nothing can be found: one create a generation.
    never,
};

/// What the engine may rely on at an orchestrator.
class capabilities {
public:
    capabilities() = default;
    repeat_rule repeat = repeat_rule::find_first;
    /// Whether "nothing is free" proves that nothing was done. Where it does not, a find precedes the next create.
    bool is_no_capacity_proof = true;
};

} // namespace roomport::allocation
