#include "program/metric_families.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace roomport::program {

metric_family::metric_family(prometheus::MetricType type, const char* name, const char* help) {
    family_.type = type;
    family_.name = name;
    family_.help = help;
}

metric_family& metric_family::add(double value, const char* label, const char* label_value) {
    prometheus::ClientMetric metric;
    if (label != nullptr) {
        metric.label.push_back(prometheus::ClientMetric::Label{label, label_value});
    }
    metric.gauge.value = value;
    metric.counter.value = value;
    family_.metric.push_back(std::move(metric));
    return *this;
}

metric_family& metric_families::gauge(const char* name, const char* help) {
    return all_.emplace_back(prometheus::MetricType::Gauge, name, help);
}

metric_family& metric_families::counter(const char* name, const char* help) {
    return all_.emplace_back(prometheus::MetricType::Counter, name, help);
}

void metric_families::move_to(std::vector<prometheus::MetricFamily>& families) {
    for (auto& each : all_) {
        families.push_back(each.take());
    }
}

std::string to_exposition_text(const std::vector<prometheus::MetricFamily>& families) {
    return prometheus::TextSerializer().Serialize(families);
}

} // namespace roomport::program
