// A reader that has read one document reads the next as a new one would, whatever it keeps of the first.

#include "unit/json/sample_documents.hpp"

#include <roomport/json/reader.hpp>
#include <roomport/json/writer.hpp>
#include <roomport/model.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace roomport::json {
namespace {

// Whole, broken and poorer documents of one model.
template <class T>
std::vector<std::string> documents_of(std::string_view model) {
    std::vector<std::string> result;
    for (const auto& sample : sample_documents) {
        if (sample.model == model) {
            const std::string text(sample.text);
            result.push_back(text);
            result.push_back(text.substr(0, text.size() / 2));
            result.push_back(text.substr(0, text.size() - 1));
            result.push_back(text + "x");
        }
    }
    return result;
}

template <class T>
void feed(reader<T>& into, std::string_view text) {
    if (!into.write(text)) {
        into.finish();
    }
}

template <class T>
void expect_no_trace(const std::vector<std::string>& documents) {
    ASSERT_GE(documents.size(), 2U);
    for (const auto& first : documents) {
        for (const auto& second : documents) {
            reader<T> used;
            feed(used, first);
            used.reset();
            feed(used, second);
            reader<T> fresh;
            feed(fresh, second);
            ASSERT_EQ(used.error(), fresh.error()) << first << "\n" << second;
            if (!fresh.error().code) {
                ASSERT_EQ(used.value(), fresh.value()) << first << "\n" << second;
            }
        }
    }
}

const std::vector<std::string> connection_infos{
    R"({"roomId":"a-room-whose-name-is-long","status":"active","exposedPort":{"transportType":"udp","port":1,)"
    R"("host":"a.host.with.a.long.name","name":"default"},"additionalExposedPorts":[{"transportType":"tcp",)"
    R"("port":2,"host":"another.host.with.a.name","name":"debug"},{"transportType":"tls","port":3,"host":"h",)"
    R"("name":"n"}]})",
    R"({"roomId":"b","status":"starting","additionalExposedPorts":[]})",
    R"({"roomId":"b","status":"an unknown status of many words","exposedPort":null,"additionalExposedPorts":[]})",
    R"({"roomId":"c","status":"active","exposedPort":{"transportType":"udp","port":9,"host":"x","name":"y"},)"
    R"("additionalExposedPorts":[{"transportType":"unknown","port":4,"host":"z","name":"n"}]})",
    R"({"roomId":"d","status":"active","exposedPort":{"transportType":"udp","port":9,"host":"x")",
    R"({"roomId":"d","status":"active","additionalExposedPorts":[{"transportType":"tcp","port":8,"host":"h")",
    R"({"roomId":"d","status":"active"})",
    R"([])",
};

TEST(ReaderReuse, NothingOfADocumentShowsInTheNext) {
    expect_no_trace<connection_info_v2>(connection_infos);
    expect_no_trace<process_with_rooms>(documents_of<process_with_rooms>("ProcessWithRooms"));
    expect_no_trace<room_connection_data>(documents_of<room_connection_data>("RoomConnectionData"));
}

TEST(ReaderReuse, NothingOfAListShowsInTheNext) {
    std::vector<std::string> lists{"[]"};
    for (const auto& each : connection_infos) {
        lists.push_back("[" + each + "]");
        lists.push_back("[" + connection_infos.front() + "," + each + "]");
        lists.push_back("[" + each + "," + connection_infos.front() + "," + each + "]");
    }
    expect_no_trace<std::vector<connection_info_v2>>(lists);
}

TEST(ReaderReuse, AValueThatWasTakenLeavesNothingBehind) {
    for (const auto& first : connection_infos) {
        for (const auto& second : connection_infos) {
            reader<connection_info_v2> used;
            feed(used, first);
            if (!used.error().code) {
                used.take();
            } else {
                used.reset();
            }
            feed(used, second);
            const auto fresh = read<connection_info_v2>(second);
            ASSERT_EQ(used.error().code.failed(), fresh.has_error());
            if (fresh) {
                ASSERT_EQ(used.take(), *fresh);
            }
        }
    }
}

TEST(ReaderReuse, AValueIsOnlyShownWhenItIsComplete) {
    reader<connection_info_v2> source;
    EXPECT_THROW(source.value(), std::logic_error);
    source.write(connection_infos[1]);
    EXPECT_THROW(source.value(), std::logic_error);
    ASSERT_FALSE(source.finish());
    EXPECT_EQ(source.value().room_id, "b");
}

} // namespace
} // namespace roomport::json
