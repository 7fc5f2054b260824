#include "server/launcher/local_provider.hpp"

#include "server/launcher/machine_ports.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using namespace roomport::server;
using roomport::transport_type;

/// Real children; ports outside of the range of others.
class LocalProvider : public testing::Test {
protected:
    void make(const std::string& command, transport_type transport = transport_type::udp) {
        declared = {port_declaration("default", transport)};
        local_provider_options options;
        options.command = *command_template::parse(command, declared);
        options.stop_grace = 300ms;
        provider.emplace(context, std::move(options));
        provider->on_event([this](const process_event& event) { events.push_back(event); });
    }

    machine_ports ports;

    std::uint16_t free_port() {
        static std::uint16_t next = 26000;
        do {
            ++next;
        } while (!ports.take(declared.front().transport, next));
        return next;
    }

    void create(const std::string& process_id) { create(process_id, free_port()); }

    void create(const std::string& process_id, std::uint16_t port) {
        process_order order;
        order.process_id = process_id;
        order.region = roomport::region::tokyo;
        order.ports = {allocated_port(declared.front(), port)};
        provider->create(order);
    }

    const process_event& next_event() {
        const auto end = std::chrono::steady_clock::now() + 30s;
        const auto wanted = ++taken;
        while (events.size() < wanted && std::chrono::steady_clock::now() < end) {
            context.run_one_for(100ms);
        }
        static const process_event none;
        EXPECT_GE(events.size(), wanted);
        return events.size() < wanted ? none : events[wanted - 1];
    }

    boost::asio::io_context context;
    std::vector<port_declaration> declared;
    std::optional<local_provider> provider;
    std::vector<process_event> events;
    std::size_t taken = 0;
};

using kind = process_event::kind;

TEST_F(LocalProvider, SeesAGameServerBindAndStopsIt) {
    for (const auto transport : {transport_type::udp, transport_type::tcp}) {
        make(GAME_SERVER " {port}", transport);
        create("p");
        EXPECT_EQ(provider->observe("p"), process_state::starting);
        EXPECT_EQ(next_event().what, kind::ready);
        EXPECT_EQ(provider->observe("p"), process_state::ready);
        provider->stop("p", false);
        const auto& ended = next_event();
        EXPECT_EQ(ended.what, kind::exited);
        EXPECT_TRUE(ended.succeeded) << ended.reason;
        EXPECT_TRUE(provider->list().empty());
    }
}

TEST_F(LocalProvider, TellsHowAChildEnded) {
    make("sh -c 'exit 3'");
    create("p");
    const auto& ended = next_event();
    EXPECT_FALSE(ended.succeeded);
    EXPECT_EQ(ended.reason, "exit status 3");
}

TEST_F(LocalProvider, TellsWhenAProgramIsNotThere) {
    make("/no/such/program");
    create("p");
    EXPECT_TRUE(events.empty());
    EXPECT_FALSE(next_event().succeeded);
}

TEST_F(LocalProvider, KillsAChildThatDoesNotListen) {
    make("sh -c 'trap \"\" TERM; while :; do sleep 0.05; done'");
    create("p");
    provider->stop("p", false);
    EXPECT_EQ(provider->observe("p"), process_state::stopping);
    EXPECT_FALSE(next_event().succeeded);
}

TEST_F(LocalProvider, KillsAtOnceWhenTold) {
    make("sleep 100");
    create("p");
    provider->stop("p", true);
    EXPECT_EQ(next_event().reason, "signal 9");
}

TEST_F(LocalProvider, ReapsStrangersAndItsOwn) {
    make("sleep 100");
    create("p");
    const pid_t stranger = ::fork();
    if (stranger == 0) {
        ::_exit(0);
    }
    for (int tries = 0; tries < 5000 && ::kill(stranger, 0) == 0; ++tries) {
        provider->reap_strangers();
        ::usleep(1000);
    }
    EXPECT_NE(::kill(stranger, 0), 0);
    EXPECT_EQ(provider->list().size(), 1U);
}

TEST_F(LocalProvider, FinishesItsChildrenOnDestruction) {
    make("sleep 100");
    create("p");
    provider.reset();
    int status = 0;
    EXPECT_GT(::wait(&status), 0);
    EXPECT_TRUE(WIFSIGNALED(status));
}

TEST_F(LocalProvider, NeedsOneDescriptorForAChild) {
    make("sh -c 'exit 3'");
    const std::uint16_t port = free_port();
    std::vector<roomport::program::descriptor> all;
    do {
        all.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    } while (all.back());
    all.pop_back();
    all.pop_back();
    create("p", port);
    const auto& ended = next_event();
    EXPECT_EQ(ended.reason, "exit status 3");
    all.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(all.back()) << "the one of a child that has ended is free";
    create("q", port);
    const auto& failed = next_event();
    EXPECT_NE(failed.reason.find("could not be started"), std::string::npos) << failed.reason;
    EXPECT_TRUE(provider->list().empty());
}

TEST(ChildEnvironment, HidesTheTokenAndReplacesWhatItSets) {
    EXPECT_EQ(
        child_environment({"A=1", "HATHORA_TOKEN=x", "HATHORA_REGION=old",
                           "HATHORA_INITIAL_ROOM_CONFIG=old", "HATHORA_INITIAL_ROOM_ID=old", "B"},
                          {"*"}, {"HATHORA_REGION=new"}),
        (std::vector<std::string>{"A=1", "B", "HATHORA_REGION=new"}));
}

TEST(ChildEnvironment, HasAShortListAndWhatIsPassed) {
    const std::vector<std::string> inherited{
        "PATH=p", "HOME=h", "CLOUD_SECRET=s", "TZ=UTC", "HATHORA_TOKEN=x", "MY_KEY=k", "LC_ALL=C"};
    EXPECT_EQ(child_environment(inherited, {}, {}),
              (std::vector<std::string>{"PATH=p", "HOME=h", "TZ=UTC", "LC_ALL=C"}));
    EXPECT_EQ(child_environment(inherited, {"MY_KEY", "HATHORA_TOKEN"}, {}),
              (std::vector<std::string>{"PATH=p", "HOME=h", "TZ=UTC", "MY_KEY=k", "LC_ALL=C"}));
}

TEST(OrderEnvironment, LeavesOutWhatCanNotBeTold) {
    process_order order;
    order.ports = {allocated_port(port_declaration("my-port", transport_type::tcp), 5)};
    order.room_config = std::string("a\0b", 3);
    const auto environment = order_environment(order);
    EXPECT_NE(std::find(environment.begin(), environment.end(), "HATHORA_MY_PORT_PORT=5"),
              environment.end());
    for (const auto& variable : environment) {
        EXPECT_EQ(variable.find("INITIAL"), variable.npos);
    }
}

} // namespace
