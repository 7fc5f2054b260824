#pragma once

#include "support/scripted_server.hpp"

#include <roomport/http/pool_options.hpp>

namespace roomport::test {

/// The CA that the tests of one program share.
inline const certificate& test_ca() {
    static const certificate made = make_ca();
    return made;
}

/// A file with the certificate of `test_ca()`.
inline const temporary_file& test_ca_file() {
    static const temporary_file file(test_ca().certificate_pem);
    return file;
}

/// Options of a pool that trusts what is in a file.
inline http::pool_options trusting(const std::string& ca_file) {
    http::pool_options options;
    options.tls.ca_file = ca_file;
    return options;
}

/// Options of a pool that trusts `test_ca()`.
inline http::pool_options trusting_test_ca() {
    return trusting(test_ca_file().path());
}

/// TLS with a certificate of `test_ca()`.
inline server_tls tls_with(const certificate_wish& wish) {
    server_tls tls;
    tls.identity = make_certificate(wish, &test_ca());
    return tls;
}

/// TLS with a certificate that is good for localhost, 127.0.0.1 and ::1.
inline server_tls good_tls() {
    return tls_with(certificate_wish());
}

} // namespace roomport::test
