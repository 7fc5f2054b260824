#include "store/sqlite_database.hpp"

#include "store/store_error.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace roomport::store {
namespace {

constexpr int busy_milliseconds = 2000;

std::string advice(int code) {
    switch (code & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "the file is damaged; put back a copy, or move it away to begin anew: servers that "
               "only it knew of are told "
               "of then, not stopped";
    case SQLITE_FULL:
        return "the disk is full; make room on it";
    case SQLITE_READONLY:
        return "the file or its folder is read-only; let this user write to both";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program has locked the file; end that program";
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "the file can't be opened; look at its folder and at who may write to it";
    default:
        return "look at the disk and at the limits of this process";
    }
}

/// Made by us, so that nobody else can read it; SQLite gives its other files the same mode.
void make_private_file(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        const std::error_code reason(errno, std::system_category());
        throw store_error("the store " + file.string() + " can't be opened: " + reason.message() +
                          "; let this user read and write the file and its folder");
    }
    ::close(descriptor);
}

} // namespace

void sqlite_statement::finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void sqlite_statement::bind(int parameter, std::string_view value) {
    const int code = sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(),
                                         SQLITE_TRANSIENT, SQLITE_UTF8);
    if (code != SQLITE_OK) {
        owner_->fail(code);
    }
}

void sqlite_statement::bind(int parameter, std::int64_t value) {
    const int code = sqlite3_bind_int64(statement_.get(), parameter, value);
    if (code != SQLITE_OK) {
        owner_->fail(code);
    }
}

bool sqlite_statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        owner_->fail(code);
    }
    return code == SQLITE_ROW;
}

void sqlite_statement::reset() noexcept {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::string sqlite_statement::text(int column) const {
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string()
                            : std::string(reinterpret_cast<const char*>(bytes), size);
}

std::int64_t sqlite_statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

void sqlite_database::close::operator()(sqlite3* database) const noexcept {
    sqlite3_close_v2(database);
}

sqlite_database::sqlite_database(const std::filesystem::path& file) : file_(file) {
    make_private_file(file);
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(
        file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    database_.reset(opened);
    if (code != SQLITE_OK) {
        fail(code);
    }
    if (sqlite3_db_readonly(opened, "main") == 1) {
        fail(SQLITE_READONLY);
    }
    sqlite3_extended_result_codes(opened, 1);
    sqlite3_busy_timeout(opened, busy_milliseconds);
}

sqlite_statement sqlite_database::prepare(std::string_view sql) const {
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
    return {*this, prepared};
}

void sqlite_database::run(const std::string& sql) const {
    const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) {
        fail(code);
    }
}

std::int64_t sqlite_database::number(std::string_view sql) const {
    auto statement = prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

std::string sqlite_database::text(std::string_view sql) const {
    auto statement = prepare(sql);
    return statement.step() ? statement.text(0) : std::string();
}

void sqlite_database::roll_back() const noexcept {
    if (sqlite3_get_autocommit(database_.get()) == 0) {
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
}

void sqlite_database::fail(int code) const {
    std::string reason = sqlite3_errstr(code);
    if (database_ && sqlite3_errcode(database_.get()) != SQLITE_OK) {
        reason = sqlite3_errmsg(database_.get());
    }
    throw store_error("the store " + file_.string() + " can't be used: " + reason + "; " +
                      advice(code));
}

} // namespace roomport::store
