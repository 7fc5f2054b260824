// Many rooms against an orchestrator with books of its own, on virtual time.
#include "allocation/engine.hpp"

#include "allocation/derived_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace roomport::allocation {
namespace {

using namespace std::chrono_literals;

class engine_world {
public:
    explicit engine_world(std::uint64_t seed = 1) : random_(seed) {
        settings.owner = "o";
        settings.app_id = "a";
        settings.room.seed = seed;
        settings.create.rate = 1000;
        settings.observe.rate = 1000;
        settings.list.rate = 1000;
        settings.stop.rate = 1000;
        settings.create.at_once = 100;
        settings.reaping.dry_run = false;
    }

    class server {
    public:
        std::string tag;
        time_point created{};
        time_point allocated{};
        bool is_alive = true;
    };

    void start() {
        ++life_;
        being_committed_.clear();
        allocator_ = std::make_unique<scripted_allocator>(*this);
        journal_ = std::make_unique<scripted_journal>(*this);
        engine::events to;
        to.told = [this](engine::number which, const tell_room& what) {
            if (what.state == room_state::starting) {
                acknowledged.insert(names_.at(which));
            } else if (what.state == room_state::ready) {
                ready.insert(names_.at(which));
            } else {
                ready.erase(names_.at(which));
                gone.insert(names_.at(which));
            }
        };
        to.accepted = [](engine::number) {
        };
        to.not_written = [this](engine::number which, const std::string&) {
            not_written.insert(names_.at(which));
        };
        to.over = [this](engine::number which) {
            over.insert(names_.at(which));
        };
        to.log = [this](const std::string& line) {
            log.push_back(line);
        };
        to.rearm = [] {
        };
        subject =
            std::make_unique<engine>(settings, *allocator_, *journal_, to, [this] { return now; });
        names_.clear();
        journal_content content;
        content.made_at = std::chrono::system_clock::now() - 24h;
        for (const auto& [name, last] : store) {
            content.records.push_back(last);
        }
        // Whoever is told during the restoration is known by its place in the journal.
        engine::number next = 1;
        for (const record& each : content.records) {
            if (each.state != record_state::ended) {
                names_[next++] = each.what.room_id;
            }
        }
        ready.clear();
        subject->restore(content);
    }

    engine::number create(const std::string& room) {
        const auto made = subject->create(room, "Frankfurt", "");
        names_[made] = room;
        numbers[room] = made;
        return made;
    }

    /// The process dies; what was being written lasts or not.
    void crash() {
        subject.reset();
        if (!being_committed_.empty() && chance(50)) {
            keep(being_committed_);
        }
        start();
    }

    void run_until(time_point end) {
        while (now < end) {
            const auto wake = subject->next_wake();
            const bool is_event =
                !events_.empty() && (!wake || events_.begin()->first <= std::max(*wake, now));
            if (is_event && events_.begin()->first <= end) {
                now = std::max(now, events_.begin()->first);
                const auto what = std::move(events_.begin()->second);
                events_.erase(events_.begin());
                what();
            } else if (!is_event && wake && *wake <= end) {
                now = std::max(now, *wake);
                subject->advance();
            } else {
                now = end;
            }
            watch_doubles();
        }
    }

    void run_for(duration length) { run_until(now + length); }

    void at(duration in, std::function<void()> what) { events_.emplace(now + in, std::move(what)); }

    bool chance(unsigned percent) { return random_.next() % 100 < percent; }

    std::vector<std::string> living() const {
        std::vector<std::string> keys;
        for (const auto& [key, one] : servers) {
            if (one.is_alive) {
                keys.push_back(key);
            }
        }
        return keys;
    }

    std::string make_server(const std::string& tag) {
        const std::string key = "k" + std::to_string(servers.size());
        server made;
        made.tag = tag;
        made.created = now;
        made.allocated = now + random_.up_to(3s);
        servers.emplace(key, made);
        return key;
    }

    engine_settings settings;
    time_point now = time_point{} + 1h;
    std::unique_ptr<engine> subject;
    std::map<std::string, engine::number> numbers;
    std::map<std::string, server> servers;
    std::map<std::pair<std::string, unsigned>, record> store;
    std::vector<time_point> creates;
    std::size_t commits = 0;
    std::string journal_fails;
    unsigned losses = 0;
    std::optional<refusal_class> refuses;
    std::set<std::string> acknowledged;
    std::set<std::string> ready;
    std::set<std::string> gone;
    std::set<std::string> not_written;
    std::set<std::string> over;
    std::vector<std::string> log;
    std::string problem;

private:
    class scripted_allocator final : public allocator {
    public:
        explicit scripted_allocator(engine_world& world) : world_(world) {}

        capabilities platform() const override { return {}; }

        void create(const intent& what, std::function<void(const create_outcome&)> done) override {
            const auto written = world_.store.find({what.room_id, what.generation});
            if (written == world_.store.end() || written->second.state == record_state::intended) {
                world_.problem = "a create was sent before a record said so";
            }
            world_.creates.push_back(world_.now);
            const std::string tag = intent_tag(what);
            refused no;
            if (world_.refuses) {
                no.why = *world_.refuses;
                no.reason = "refused";
                answer([done, no] { done(no); });
                return;
            }
            if (world_.chance(world_.losses)) {
                if (world_.chance(50)) {
                    world_.at(world_.random_.up_to(2s),
                              [&world = world_, tag] { world.make_server(tag); });
                }
                answer([done, no] { done(no); });
                return;
            }
            world_.at(world_.random_.up_to(500ms),
                      [&world = world_, tag, done, life = world_.life_] {
                          accepted yes;
                          yes.key = world.make_server(tag);
                          if (life == world.life_) {
                              done(yes);
                          }
                      });
        }

        void find(const intent& what, std::function<void(const find_outcome&)> done) override {
            answer([&world = world_, tag = intent_tag(what), done] {
                found result;
                for (const auto& [key, one] : world.servers) {
                    if (one.is_alive && one.tag == tag) {
                        result.keys.push_back(key);
                    }
                }
                done(result);
            });
        }

        void list(const std::string&, std::function<void(const list_outcome&)> done) override {
            answer([&world = world_, done] {
                listed all;
                for (const auto& [key, one] : world.servers) {
                    if (one.is_alive) {
                        listed_server each;
                        each.key = key;
                        each.tag = one.tag;
                        each.age = world.now - one.created;
                        all.servers.push_back(each);
                    }
                }
                done(all);
            });
        }

        void stop(const std::string& key, std::function<void(const stop_answer&)> done) override {
            answer([&world = world_, key, done] {
                stop_answer how;
                if (!world.chance(world.losses)) {
                    how.how = stop_outcome::done;
                    world.servers.at(key).is_alive = false;
                }
                done(how);
            });
        }

        void observe(const std::string& key,
                     std::function<void(const observe_outcome&)> done) override {
            answer([&world = world_, key, done] {
                const server& one = world.servers.at(key);
                server_observation seen;
                seen.state = !one.is_alive                ? server_state::gone
                             : one.allocated <= world.now ? server_state::allocated
                                                          : server_state::starting;
                done(seen);
            });
        }

    private:
        void answer(std::function<void()> what) {
            world_.at(world_.random_.up_to(100ms),
                      [&world = world_, life = world_.life_, what = std::move(what)] {
                          if (life == world.life_) {
                              what();
                          }
                      });
        }

        engine_world& world_;
    };

    class scripted_journal final : public journal {
    public:
        explicit scripted_journal(engine_world& world) : world_(world) {}

        void commit(std::vector<record> records, committed done) override {
            if (!world_.being_committed_.empty()) {
                world_.problem = "two commits at once";
            }
            ++world_.commits;
            world_.being_committed_ = std::move(records);
            world_.at(5ms, [&world = world_, life = world_.life_, done = std::move(done)] {
                if (life != world.life_) {
                    return;
                }
                const auto ended = std::exchange(world.being_committed_, {});
                if (world.journal_fails.empty()) {
                    world.keep(ended);
                }
                done(world.journal_fails);
            });
        }

    private:
        engine_world& world_;
    };

    void keep(const std::vector<record>& records) {
        for (const record& each : records) {
            store[{each.what.room_id, each.what.generation}] = each;
        }
    }

    /// What no record names is the reaper's, and it may take the grace.
    void watch_doubles() {
        std::map<std::string, unsigned> of_tag;
        for (const auto& [key, one] : servers) {
            of_tag[one.tag] += one.is_alive ? 1 : 0;
        }
        for (const auto& [tag, count] : of_tag) {
            if (count < 2) {
                double_since_.erase(tag);
            } else if (now - double_since_.emplace(tag, now).first->second >
                       settings.reaping.grace + 3 * settings.reaper_interval) {
                problem = "two servers lived for one room for longer than the grace";
            }
        }
    }

    random_source random_;
    std::multimap<time_point, std::function<void()>> events_;
    unsigned life_ = 0;
    std::map<engine::number, std::string> names_;
    std::vector<record> being_committed_;
    std::map<std::string, time_point> double_since_;
    std::unique_ptr<scripted_allocator> allocator_;
    std::unique_ptr<scripted_journal> journal_;
};

std::string room_name(int number) {
    return "room" + std::to_string(number);
}

TEST(Engine, GivesEachRoomAServerAndStopsItWhenItIsNotWantedAnyMore) {
    engine_world world;
    world.start();
    world.create("r");
    world.create("s");
    world.run_for(10s);
    EXPECT_THAT(world.ready, testing::ElementsAre("r", "s"));
    EXPECT_EQ(world.subject->numbers().active, 2U);
    world.subject->destroy(world.numbers.at("r"));
    world.run_for(10s);
    EXPECT_THAT(world.over, testing::ElementsAre("r"));
    EXPECT_EQ(world.living().size(), 1U);
}

TEST(Engine, CommitsTogetherWhatComesTogether) {
    engine_world world;
    world.start();
    for (int i = 0; i < 100; ++i) {
        world.create(room_name(i));
    }
    world.run_for(12ms);
    EXPECT_EQ(world.acknowledged.size(), 100U);
    // The first went alone, the others while that was under way; then what says that creates may be sent.
    EXPECT_LE(world.commits, 4U);
}

TEST(Engine, KeepsToTheRateOfAVerb) {
    engine_world world;
    world.settings.create.rate = 10;
    world.start();
    for (int i = 0; i < 50; ++i) {
        world.create(room_name(i));
    }
    world.run_for(20s);
    EXPECT_EQ(world.ready.size(), 50U);
    for (std::size_t i = 10; i < world.creates.size(); ++i) {
        EXPECT_GE(world.creates[i] - world.creates[i - 10], 1s);
    }
}

TEST(Engine, SendsAndAcknowledgesNothingThatCanNotBeWrittenDown) {
    engine_world world;
    world.journal_fails = "the disk is full";
    world.start();
    world.create("r");
    world.run_for(5s);
    EXPECT_THAT(world.not_written, testing::ElementsAre("r"));
    EXPECT_THAT(world.acknowledged, testing::IsEmpty());
    EXPECT_EQ(world.subject->journal_problem(), "the disk is full");
    EXPECT_EQ(std::count_if(world.log.begin(), world.log.end(),
                            [](const std::string& line) {
                                return line.find("the disk is full") != std::string::npos;
                            }),
              1);
    world.journal_fails.clear();
    world.run_for(5s);
    EXPECT_EQ(world.subject->journal_problem(), "");
    EXPECT_THAT(world.creates, testing::IsEmpty());
    EXPECT_THAT(world.over, testing::ElementsAre("r"));
    world.create("s");
    world.run_for(10s);
    EXPECT_THAT(world.ready, testing::ElementsAre("s"));
}

TEST(Engine, KeepsWhatWasAcknowledgedWhileTheJournalFails) {
    engine_world world;
    world.start();
    world.create("r");
    world.run_for(6ms);
    ASSERT_THAT(world.acknowledged, testing::ElementsAre("r"));
    world.journal_fails = "the disk is full";
    world.run_for(10s);
    EXPECT_THAT(world.creates, testing::IsEmpty());
    world.journal_fails.clear();
    world.run_for(10s);
    EXPECT_THAT(world.ready, testing::ElementsAre("r"));
}

TEST(Engine, GivesANewRoomOfAnOldIdOtherNames) {
    engine_world world;
    world.start();
    world.create("r");
    world.run_for(10s);
    world.subject->destroy(world.numbers.at("r"));
    world.create("r");
    world.run_for(10s);
    EXPECT_TRUE(world.ready.count("r"));
    EXPECT_EQ(world.living().size(), 1U);
    EXPECT_EQ(world.servers.at("k1").tag, intent_tag(world.store.rbegin()->second.what));
    EXPECT_NE(world.servers.at("k0").tag, world.servers.at("k1").tag);
}

TEST(Engine, ComesBackWithItsRooms) {
    engine_world world;
    world.start();
    world.create("r");
    world.create("s");
    world.run_for(10s);
    world.subject->destroy(world.numbers.at("s"));
    world.crash();
    world.run_for(10s);
    EXPECT_TRUE(world.ready.count("r"));
    EXPECT_LE(world.creates.size(), 2U);
}

TEST(Engine, FailsARoomAtOnceWhereNoRetryHelps) {
    engine_world world;
    world.refuses = refusal_class::quota;
    world.start();
    world.create("r");
    world.run_for(1s);
    EXPECT_THAT(world.gone, testing::ElementsAre("r"));
    EXPECT_EQ(world.creates.size(), 1U);
}

TEST(Engine, StopsServersThatNobodyKnowsOfAfterTheGrace) {
    engine_world world;
    world.start();
    world.make_server("rp-nobodys");
    world.run_for(world.settings.reaping.grace - 1s);
    EXPECT_EQ(world.living().size(), 1U);
    world.run_for(2 * world.settings.reaper_interval);
    EXPECT_EQ(world.living().size(), 0U);
    EXPECT_EQ(world.subject->numbers().orphans_stopped, 1U);
}

TEST(Engine, LeavesNoOrphanAndLosesNoRoomWhateverIsLostAndWheneverItDies) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        engine_world world(seed);
        world.losses = 30;
        world.start();
        std::set<std::string> destroyed;
        for (int i = 0; i < 20; ++i) {
            world.create(room_name(i));
            world.run_for(duration(world.chance(50) ? 0ms : 150ms));
        }
        for (int round = 0; round < 6; ++round) {
            world.run_for(std::chrono::milliseconds(world.chance(50) ? 7 : 1900));
            const auto name = room_name(round * 3);
            if (world.chance(50) && world.numbers.count(name) != 0) {
                world.subject->destroy(world.numbers.at(name));
                // What is forgotten before it was written down lives on.
                world.run_for(50ms);
                destroyed.insert(name);
            } else {
                world.crash();
                world.numbers.clear();
            }
        }
        world.run_for(60s);
        world.losses = 0;
        world.run_for(20min);
        ASSERT_EQ(world.problem, "") << "seed " << seed;
        for (const auto& room : world.acknowledged) {
            ASSERT_TRUE(world.ready.count(room) != 0 || world.gone.count(room) != 0)
                << room << " was lost, seed " << seed;
        }
        ASSERT_EQ(world.living().size(), world.ready.size()) << "an orphan, seed " << seed;
        for (const auto& room : destroyed) {
            ASSERT_EQ(world.ready.count(room), 0U) << room << " came back, seed " << seed;
        }
    }
}

} // namespace
} // namespace roomport::allocation
