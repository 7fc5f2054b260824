#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/metric_type.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roomport::program {

/// A metric whose values are taken when somebody asks, with a value for each of its labels.
class metric_family {
public:
    metric_family(prometheus::MetricType type, const char* name, const char* help);

    /// @param label null: the value has none.
    metric_family& add(double value, const char* label = nullptr, const char* label_value = "");

    prometheus::MetricFamily take() { return std::move(family_); }

private:
    prometheus::MetricFamily family_;
};

/// The metrics of a program that are taken when somebody asks.
class metric_families {
public:
    metric_family& gauge(const char* name, const char* help);
    metric_family& counter(const char* name, const char* help);

    void move_to(std::vector<prometheus::MetricFamily>& families);

private:
    // References to families stay good.
    std::deque<metric_family> all_;
};

/// Prometheus' text format.
std::string to_exposition_text(const std::vector<prometheus::MetricFamily>& families);

/// Its media type.
inline constexpr std::string_view exposition_media_type =
    "text/plain; version=0.0.4; charset=utf-8";

} // namespace roomport::program
