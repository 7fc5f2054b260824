#include <roomport/json/reader.hpp>

#include <boost/describe/class.hpp>

#include <string_view>

struct job {
    float progress = 0;
};
BOOST_DESCRIBE_STRUCT(job, (), (progress))

template <>
struct roomport::model_traits<job> : roomport::default_model_traits {
    static constexpr std::string_view name = "Job";
};

int main() {
    return roomport::json::read<job>("{}") ? 0 : 1;
}
