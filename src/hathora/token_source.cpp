#include <roomport/hathora/token_source.hpp>

#include "hathora/token_text.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

namespace roomport::hathora {
namespace {

using boost::system::result;

constexpr std::size_t largest_token_file = 64 * 1024;

result<secret> checked(secret token) {
    if (!is_token(token.reveal())) {
        return error::token_unavailable;
    }
    return token;
}

class fixed_source final : public token_source {
public:
    explicit fixed_source(secret token) : token_(std::move(token)) {}
    result<secret> current() override { return checked(token_); }
    bool refused() override { return false; }

private:
    secret token_;
};

class callback_source final : public token_source {
public:
    explicit callback_source(std::function<result<secret>()> provider)
        : provider_(std::move(provider)) {}

    result<secret> current() override {
        const std::lock_guard lock(mutex_);
        auto given = provider_();
        if (given.has_error()) {
            return given;
        }
        last_ = *given;
        return checked(*std::move(given));
    }

    bool refused() override {
        const std::lock_guard lock(mutex_);
        const auto given = provider_();
        return given.has_value() && given->reveal() != last_.reveal();
    }

private:
    std::mutex mutex_;
    std::function<result<secret>()> provider_;
    secret last_;
};

// What tells one version of a file from the next without reading it.
struct file_version {
    dev_t device{};
    ino_t inode{};
    off_t size{};
    std::int64_t seconds{};
    std::int64_t nanoseconds{};

    friend bool operator==(const file_version&, const file_version&) = default;
};

class file_source final : public token_source {
public:
    explicit file_source(std::filesystem::path path) : path_(std::move(path)) {}

    result<secret> current() override {
        const std::lock_guard lock(mutex_);
        const auto version = present_version();
        if (!version) {
            return error::token_unavailable;
        }
        if (version != version_ || token_.empty()) {
            auto given = read();
            if (given.has_error()) {
                return given;
            }
            token_ = *std::move(given);
            version_ = version;
        }
        return checked(token_);
    }

    bool refused() override {
        const std::lock_guard lock(mutex_);
        const secret before = token_;
        version_ = present_version();
        if (version_ == file_version()) {
            return false;
        }
        auto given = read();
        if (given.has_error()) {
            return false;
        }
        token_ = *std::move(given);
        return !token_.empty() && token_.reveal() != before.reveal();
    }

    std::string where() const override { return "the file '" + path_.string() + "'"; }

private:
    std::optional<file_version> present_version() const {
        struct stat status {};
        if (::stat(path_.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) {
            return std::nullopt;
        }
        if (!S_ISREG(status.st_mode)) {
            // A pipe gives its text once; nothing about it tells of another.
            return file_version();
        }
        return file_version{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec};
    }

    /// Reads on once a pipe's writer has written; nobody waits for long for one who never does.
    static ssize_t read_some(int file, char* where, std::size_t most) {
        constexpr int patience_ms = 1000;
        const auto got = ::read(file, where, most);
        if (got >= 0 || errno != EAGAIN) {
            return got;
        }
        pollfd wanted{file, POLLIN, 0};
        return ::poll(&wanted, 1, patience_ms) == 1 ? ::read(file, where, most) : -1;
    }

    result<secret> read() const {
        // One byte more, to tell a file that is too long; its beginning is no token.
        std::string text(largest_token_file + 1, '\0');
        std::size_t size = 0;
        const int file = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (file < 0 && (errno == EMFILE || errno == ENFILE)) {
            // The file is not to blame.
            return error_code(errno, boost::system::system_category());
        }
        while (file >= 0 && size < text.size()) {
            const auto got = read_some(file, text.data() + size, text.size() - size);
            if (got <= 0) {
                break;
            }
            size += static_cast<std::size_t>(got);
        }
        if (file >= 0) {
            ::close(file);
        }
        std::string_view given(text.data(), size <= largest_token_file ? size : 0);
        while (given.ends_with('\n') || given.ends_with('\r')) {
            given.remove_suffix(1);
        }
        secret token(given);
        OPENSSL_cleanse(text.data(), text.size());
        return token;
    }

    std::mutex mutex_;
    std::filesystem::path path_;
    std::optional<file_version> version_;
    secret token_;
};

} // namespace

std::shared_ptr<token_source> fixed_token(secret token) {
    return std::make_shared<fixed_source>(std::move(token));
}

std::shared_ptr<token_source> token_file(std::filesystem::path path) {
    return std::make_shared<file_source>(std::move(path));
}

std::shared_ptr<token_source> token_callback(std::function<result<secret>()> provider) {
    return std::make_shared<callback_source>(std::move(provider));
}

} // namespace roomport::hathora
