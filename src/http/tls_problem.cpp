#include "http/tls_problem.hpp"

#include <algorithm>
#include <array>
#include <openssl/err.h>

namespace roomport::http::detail {
namespace {

constexpr const char* wants_certificate =
    "the server wants a client certificate, and none that suits was given; give one with its key";

struct alert_row {
    int number;
    const char* name;
    /// What it says of this client's certificate when one was sent; null: nothing.
    const char* of_certificate;
    /// What it means else, and what to do.
    const char* meaning;
};

constexpr const char* look_at_server = "look into the server's log";

constexpr std::array alert_rows{
    alert_row{10, "unexpected message", nullptr, look_at_server},
    alert_row{20, "bad record MAC", nullptr, "something on the way may change the bytes"},
    alert_row{22, "record overflow", nullptr, "something on the way may change the bytes"},
    alert_row{40, "handshake failure", "it does not suit",
              "it finds no cipher, key exchange or kind of certificate in common; check how its "
              "TLS is set up"},
    alert_row{41, "no certificate", "it is missing", wants_certificate},
    alert_row{42, "bad certificate", "it is not valid there", look_at_server},
    alert_row{43, "unsupported certificate", "its kind or its purpose is not supported there",
              look_at_server},
    alert_row{44, "certificate revoked", "it was revoked", look_at_server},
    alert_row{45, "certificate expired", "it has expired", look_at_server},
    alert_row{46, "certificate unknown", "it is not acceptable there", look_at_server},
    alert_row{47, "illegal parameter", nullptr, look_at_server},
    alert_row{48, "unknown CA", "its issuer is not trusted there", look_at_server},
    alert_row{49, "access denied", "its owner has no access", "it gives no access"},
    alert_row{50, "decode error", nullptr, look_at_server},
    alert_row{51, "decrypt error", "its signature could not be checked", look_at_server},
    alert_row{71, "insufficient security", nullptr,
              "it demands stronger ciphers than this machine's OpenSSL offers"},
    alert_row{80, "internal error", nullptr, look_at_server},
    alert_row{90, "user canceled", nullptr, look_at_server},
    alert_row{109, "missing extension", nullptr, look_at_server},
    alert_row{110, "unsupported extension", nullptr, look_at_server},
    alert_row{116, "certificate required", "it does not suit", wants_certificate},
    alert_row{120, "no application protocol", nullptr,
              "it does not speak HTTP/1.1 on this port; check the port"},
};

constexpr int alert_unrecognized_name = 112;
constexpr int alert_protocol_version = 70;

const char* version_name(long version) {
    switch (version) {
    case TLS1_3_VERSION:
        return "TLS 1.3";
    default:
        return "TLS 1.2";
    }
}

std::string no_common_version(const SSL* connection) {
    const long least = SSL_get_min_proto_version(const_cast<SSL*>(connection));
    std::string text = "no TLS version in common: the server must offer ";
    text += version_name(least);
    text += least > TLS1_2_VERSION ? ", which this machine's OpenSSL configuration demands"
                                   : " or later";
    return text;
}

// A server that wants a certificate may say so in any of these ways.
bool may_want_certificate(int alert) {
    constexpr std::array numbers{40, 41, 42, 43, 46, 48, 49, 116};
    return std::find(numbers.begin(), numbers.end(), alert) != numbers.end();
}

std::string alert_problem(int alert, const SSL* connection, const handshake_notes& notes,
                          std::string_view host) {
    if (alert == alert_protocol_version) {
        return no_common_version(connection) + " (alert 'protocol version')";
    }
    if (alert == alert_unrecognized_name) {
        return "the server does not know the name '" + std::string(host) +
               "' (alert 'unrecognized name'); check the host in the endpoint";
    }
    const auto* const row =
        std::find_if(alert_rows.begin(), alert_rows.end(),
                     [alert](const auto& each) { return each.number == alert; });
    if (row == alert_rows.end()) {
        return "the server ended TLS with the alert " + std::to_string(alert) +
               "; look into the server's log";
    }
    const std::string name = " (alert '" + std::string(row->name) + "')";
    if (notes.sent_no_certificate && may_want_certificate(alert)) {
        return wants_certificate + name;
    }
    if (row->of_certificate != nullptr && SSL_get_certificate(connection) != nullptr) {
        return "the server refuses the client certificate: " + std::string(row->of_certificate) +
               name + "; give one that the server accepts";
    }
    if (row->meaning == wants_certificate) {
        return wants_certificate + name;
    }
    return "the server ended TLS" + name + ": " + row->meaning;
}

} // namespace

std::string tls_problem(unsigned long reason, const SSL* connection, const handshake_notes& notes,
                        std::string_view host) {
    // What the check of a signature met stands before the refusal in the queue.
    if (!notes.certificate_problem.empty()) {
        return notes.certificate_problem;
    }
    const int code = ERR_GET_REASON(reason);
    const char* const text = ERR_reason_error_string(reason);
    const std::string words = text != nullptr ? text : "an unknown error";
    if (ERR_GET_LIB(reason) != ERR_LIB_SSL) {
        return "TLS failed: " + words;
    }
    if (code > SSL_AD_REASON_OFFSET && code <= SSL_AD_REASON_OFFSET + 255) {
        return alert_problem(code - SSL_AD_REASON_OFFSET, connection, notes, host);
    }
    switch (code) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return "the server does not speak TLS on this port (" + words +
               "); check the port, or use http:// if it is meant to be without TLS";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
        return no_common_version(connection);
    case SSL_R_NO_PROTOCOLS_AVAILABLE:
        return "this machine's OpenSSL configuration allows no TLS version from 1.2 on; mend it, "
               "or name another with OPENSSL_CONF";
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_CA_KEY_TOO_SMALL:
    case SSL_R_CA_MD_TOO_WEAK:
        return "the server's keys are too weak (" + words + "); renew them with stronger ones";
    case SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED:
        return "the server's TLS is too old to be safe (" + words + "); update it";
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_WRONG_SIGNATURE_TYPE:
    case SSL_R_WRONG_CURVE:
        return "server and client have no signature algorithm in common (" + words +
               "); check the kinds of their keys";
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
        return "the bytes of the TLS connection were changed on the way (" + words + ")";
    default:
        return "TLS failed: " + words;
    }
}

std::string silent_end_problem(bool in_handshake, const handshake_notes& notes) {
    if (notes.sent_no_certificate) {
        return "the server asked for a client certificate, got none and ended the connection; give "
               "one with its key";
    }
    return in_handshake ? "the server ended the connection during the TLS handshake; check that "
                          "the port speaks TLS, and the server's log"
                        : "";
}

} // namespace roomport::http::detail
