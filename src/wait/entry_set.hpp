#pragma once

#include "wait/entry.hpp"

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <string_view>

namespace roomport::wait_detail {

struct key_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const noexcept {
        return boost::hash<std::string_view>()(key);
    }
    std::size_t operator()(const entry* one) const noexcept { return (*this)(one->key()); }
};

struct same_key {
    using is_transparent = void;
    bool operator()(const entry* left, const entry* right) const noexcept {
        return left->key() == right->key();
    }
    bool operator()(std::string_view left, const entry* right) const noexcept {
        return left == right->key();
    }
    bool operator()(const entry* left, std::string_view right) const noexcept {
        return left->key() == right;
    }
};

/// The entries by key; does not own them.
using entry_set = boost::unordered_flat_set<entry*, key_hash, same_key>;

} // namespace roomport::wait_detail
