#include "unit/json/pieces.hpp"
#include "unit/json/sample_documents.hpp"

#include <boost/json.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace roomport::json {
namespace {

class mutator {
public:
    explicit mutator(unsigned seed) : random_(seed) {}

    std::string mutate(std::string text) {
        const unsigned steps = 1 + pick(3);
        for (unsigned step = 0; step < steps; ++step) {
            mutate_once(text);
        }
        return text;
    }

    std::vector<std::size_t> cuts(std::size_t size) {
        std::vector<std::size_t> result;
        for (unsigned count = pick(6); count > 0; --count) {
            result.push_back(pick(static_cast<unsigned>(size) + 1));
        }
        std::ranges::sort(result);
        return result;
    }

private:
    unsigned pick(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

    std::size_t position(const std::string& text) {
        return text.empty() ? 0 : pick(static_cast<unsigned>(text.size()));
    }

    void mutate_once(std::string& text) {
        static constexpr std::string_view telling =
            "{}[]\",:\\u0123456789eE+-. \n\x80\xC3\xED\xF0tfn";
        const std::size_t place = position(text);
        switch (pick(6)) {
        case 0:
            if (!text.empty()) {
                text[place] = static_cast<char>(text[place] ^ (1 << pick(8)));
            }
            break;
        case 1:
            text.resize(place);
            break;
        case 2:
            text.insert(place, 1, telling[pick(static_cast<unsigned>(telling.size()))]);
            break;
        case 3:
            text.erase(place, 1 + pick(4));
            break;
        case 4:
            text.insert(place, text.substr(position(text), pick(40)));
            break;
        default:
            if (!text.empty()) {
                text[place] = telling[pick(static_cast<unsigned>(telling.size()))];
            }
            break;
        }
    }

    std::mt19937 random_;
};

bool is_json(std::string_view text) {
    boost::json::error_code failure;
    boost::json::parse(text, failure);
    return !failure;
}

TEST(Mutations, ComeToTheSameForEverySplitAndAgreeWithAnotherParserOnWhatJsonIs) {
    mutator mutations(4711);
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (int round = 0; round < 700; ++round) {
        for (const auto& sample : sample_documents) {
            const std::string text = mutations.mutate(std::string(sample.text));
            const reading whole = read_whole(sample.model, text);
            ASSERT_EQ(read_bytewise(sample.model, text), whole) << text;
            ASSERT_EQ(read_cut_at(sample.model, text, mutations.cuts(text.size())), whole) << text;
            ASSERT_LE(whole.error.offset, text.size());
            if (!whole.error.code) {
                ++accepted;
                ASSERT_TRUE(is_json(text)) << text;
                ASSERT_EQ(read_whole(sample.model, whole.canonical), whole);
            } else if (whole.error.code == roomport::error::not_json) {
                ++refused;
                ASSERT_FALSE(is_json(text)) << text << "\n" << whole;
            }
        }
    }
    // Both ways were really taken.
    EXPECT_GT(accepted, 500U);
    EXPECT_GT(refused, 500U);
}

TEST(Mutations, ComeToTheSameForEverySplitWithNarrowLimits) {
    mutator mutations(1147);
    std::size_t limited = 0;
    for (int round = 0; round < 300; ++round) {
        read_limits limits;
        limits.text_bytes = 4 + static_cast<std::size_t>(round) % 30;
        limits.nesting = 1 + static_cast<std::size_t>(round) % 4;
        limits.list_elements = static_cast<std::size_t>(round) % 2;
        limits.document_bytes = 20 + static_cast<std::uint64_t>(round) * 4;
        for (const auto& sample : sample_documents) {
            const std::string text = mutations.mutate(std::string(sample.text));
            const reading whole = read_whole(sample.model, text, limits);
            limited += whole.error.code == roomport::error::value_too_large ? 1U : 0U;
            ASSERT_EQ(read_bytewise(sample.model, text, limits), whole) << text;
            const auto cuts = mutations.cuts(text.size());
            ASSERT_EQ(read_cut_at(sample.model, text, cuts, limits), whole) << text;
        }
    }
    EXPECT_GT(limited, 300U);
}

TEST(Mutations, EveryByteFlippedAtEveryPlaceIsAnAnswerOrAnError) {
    for (const auto& sample : sample_documents) {
        if (sample.text.size() > 300) {
            continue;
        }
        for (std::size_t place = 0; place < sample.text.size(); ++place) {
            for (const int mask : {0x01, 0x20, 0x80, 0xFF}) {
                std::string text(sample.text);
                text[place] = static_cast<char>(text[place] ^ mask);
                const reading whole = read_whole(sample.model, text);
                ASSERT_EQ(read_bytewise(sample.model, text), whole) << text;
            }
        }
    }
}

} // namespace
} // namespace roomport::json
