#include <roomport/json/writer.hpp>

#include <string_view>

struct job {
    bool done = false;
};

template <>
struct roomport::model_traits<job> : roomport::default_model_traits {
    static constexpr std::string_view name = "Job";
};

int main() {
    return roomport::json::to_string(job()).empty() ? 1 : 0;
}
