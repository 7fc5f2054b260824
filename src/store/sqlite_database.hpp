#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace roomport::store {

/// A prepared statement of a @ref sqlite_database, which must outlive it. Every function throws `store_error`.
class sqlite_statement {
public:
    /// Sets a parameter; the first is 1.
    void bind(int parameter, std::string_view value);
    void bind(int parameter, std::int64_t value);

    /// Goes on to the next row. @return whether there is one.
    bool step();

    /// Ready to be bound and stepped anew.
    void reset() noexcept;

    /// A column of the row; the first is 0.
    std::string text(int column) const;
    std::int64_t integer(int column) const;

private:
    friend class sqlite_database;
    class finalize {
    public:
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    sqlite_statement(const class sqlite_database& owner, sqlite3_stmt* statement)
        : owner_(&owner), statement_(statement) {}

    const sqlite_database* owner_;
    std::unique_ptr<sqlite3_stmt, finalize> statement_;
};

/// A file of SQLite, open for reading and writing. Used by one thread at a time. What fails throws `store_error`, whose
/// sentence says which file, why, and what to do.
class sqlite_database {
public:
    /// Opens the file, or makes it (0600).
    explicit sqlite_database(const std::filesystem::path& file);

    sqlite_statement prepare(std::string_view sql) const;

    /// Runs statements that yield nothing.
    void run(const std::string& sql) const;

    /// The one number that a statement yields.
    std::int64_t number(std::string_view sql) const;
    /// The one text that a statement yields.
    std::string text(std::string_view sql) const;

    /// Gives up the transaction that is open, if there is one.
    void roll_back() const noexcept;

    const std::filesystem::path& file() const noexcept { return file_; }

    /// @param code a result of SQLite.
    [[noreturn]] void fail(int code) const;

private:
    class close {
    public:
        void operator()(sqlite3* database) const noexcept;
    };

    std::filesystem::path file_;
    std::unique_ptr<sqlite3, close> database_;
};

} // namespace roomport::store
