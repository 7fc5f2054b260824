#include "store/sqlite_journal.hpp"

#include "store/store_error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace roomport::store {
namespace {

using allocation::record;
using allocation::record_state;
using std::chrono::system_clock;

// "room": what tells the file from those of other programs.
constexpr std::int64_t application_id = 0x726F6F6D;
constexpr std::int64_t schema_version = 1;
constexpr std::chrono::minutes forget_interval{5};

constexpr const char* schema = R"(
CREATE TABLE journal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    made_at INTEGER NOT NULL                 -- milliseconds since 1970
);
CREATE TABLE record (
    owner TEXT NOT NULL,
    app TEXT NOT NULL,
    room TEXT NOT NULL,
    generation INTEGER NOT NULL,
    region TEXT NOT NULL,
    config TEXT NOT NULL,
    state TEXT NOT NULL,                     -- intended, sent, allocated, stopping, ended
    key TEXT NOT NULL,
    was_alive INTEGER NOT NULL,
    was_active INTEGER NOT NULL,
    reason TEXT NOT NULL,
    changed_at INTEGER NOT NULL,             -- milliseconds since 1970
    PRIMARY KEY (owner, app, room, generation)
) WITHOUT ROWID;
CREATE INDEX ended_record ON record (changed_at) WHERE state = 'ended';
)";

constexpr const char* write_sql = R"(
INSERT INTO record (owner, app, room, generation, region, config, state, key, was_alive, was_active, reason, changed_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (owner, app, room, generation) DO UPDATE SET
    state = excluded.state, key = excluded.key, was_alive = excluded.was_alive, was_active = excluded.was_active,
    reason = excluded.reason, changed_at = excluded.changed_at
)";

constexpr std::array<std::string_view, 5> state_texts{"intended", "sent", "allocated", "stopping",
                                                      "ended"};

record_state state_of(const sqlite_database& database, std::string_view text) {
    for (std::size_t index = 0; index < state_texts.size(); ++index) {
        if (state_texts[index] == text) {
            return static_cast<record_state>(index);
        }
    }
    throw store_error("the store " + database.file().string() + " holds a state \"" +
                      std::string(text) +
                      "\" that this release doesn't know; use the release that wrote it");
}

std::int64_t milliseconds(system_clock::time_point when) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count();
}

class transaction {
public:
    explicit transaction(const sqlite_database& database) : database_(database) {
        database_.run("BEGIN IMMEDIATE");
    }
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    ~transaction() { database_.roll_back(); }
    void commit() { database_.run("COMMIT"); }

private:
    const sqlite_database& database_;
};

/// The file with everything that has to hold before a statement can be prepared.
std::unique_ptr<sqlite_database> open_database(const std::filesystem::path& file) {
    auto opened = std::make_unique<sqlite_database>(file);
    const sqlite_database& database = *opened;
    if (database.text("PRAGMA journal_mode = WAL") != "wal") {
        throw store_error("the store " + file.string() +
                          " can't be used: its file system has no shared memory; put the state "
                          "folder on a local disk");
    }
    database.run("PRAGMA synchronous = FULL");
    const auto owner = database.number("PRAGMA application_id");
    const bool is_new = owner == 0 && database.number("SELECT count(*) FROM sqlite_master") == 0;
    if (!is_new && owner != application_id) {
        throw store_error("the store " + file.string() +
                          " is another program's file; name another one");
    }
    const auto version = database.number("PRAGMA user_version");
    if (version > schema_version) {
        throw store_error("the store " + file.string() +
                          " was written by a newer release (schema " + std::to_string(version) +
                          ", this one knows " + std::to_string(schema_version) +
                          "); run that release");
    }
    const auto verdict = database.text("PRAGMA quick_check(1)");
    if (verdict != "ok") {
        throw store_error("the store " + file.string() + " is damaged: " + verdict +
                          "; put back a copy, or move it away to begin anew: servers that only it "
                          "knew of are told "
                          "of then, not stopped");
    }
    transaction change(database);
    if (is_new) {
        database.run(schema);
        database.run("INSERT INTO journal VALUES (1, " +
                     std::to_string(milliseconds(system_clock::now())) + ")");
        database.run("PRAGMA application_id = " + std::to_string(application_id));
        database.run("PRAGMA user_version = " + std::to_string(schema_version));
    }
    // An empty commit would not tell that nothing can be written.
    database.run("UPDATE journal SET made_at = made_at");
    change.commit();
    return opened;
}

} // namespace

sqlite_journal::sqlite_journal(const std::filesystem::path& file)
    : database_(open_database(file)), write_(database_->prepare(write_sql)) {}

allocation::journal_content sqlite_journal::load() {
    allocation::journal_content content;
    content.made_at = system_clock::time_point(
        std::chrono::milliseconds(database_->number("SELECT made_at FROM journal")));
    auto rows = database_->prepare("SELECT owner, app, room, generation, region, config, state, "
                                   "key, was_alive, was_active, reason FROM record "
                                   "ORDER BY owner, app, room, generation");
    while (rows.step()) {
        auto& row = content.records.emplace_back();
        row.what.owner = rows.text(0);
        row.what.app_id = rows.text(1);
        row.what.room_id = rows.text(2);
        row.what.generation = static_cast<unsigned>(rows.integer(3));
        row.what.region = rows.text(4);
        row.what.config = rows.text(5);
        row.state = state_of(*database_, rows.text(6));
        row.key = rows.text(7);
        row.was_alive = rows.integer(8) != 0;
        row.was_active = rows.integer(9) != 0;
        row.reason = rows.text(10);
    }
    return content;
}

void sqlite_journal::commit(const std::vector<record>& records) {
    transaction change(*database_);
    const auto now = milliseconds(system_clock::now());
    for (const record& each : records) {
        write_.reset();
        write_.bind(1, each.what.owner);
        write_.bind(2, each.what.app_id);
        write_.bind(3, each.what.room_id);
        write_.bind(4, std::int64_t{each.what.generation});
        write_.bind(5, each.what.region);
        write_.bind(6, each.what.config);
        write_.bind(7, state_texts.at(static_cast<std::size_t>(each.state)));
        write_.bind(8, each.key);
        write_.bind(9, std::int64_t{each.was_alive});
        write_.bind(10, std::int64_t{each.was_active});
        write_.bind(11, each.reason);
        write_.bind(12, now);
        write_.step();
    }
    write_.reset();
    forget_ended();
    change.commit();
}

void sqlite_journal::forget_ended() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_forget_) {
        return;
    }
    next_forget_ = now + forget_interval;
    database_->run("DELETE FROM record WHERE state = 'ended' AND changed_at < " +
                   std::to_string(milliseconds(system_clock::now() - ended_kept)));
}

} // namespace roomport::store
