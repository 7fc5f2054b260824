# The hostile server, certificates and pool runner that tests of HTTP share.
if(NOT TARGET roomport_test_http_support)
    add_library(roomport_test_http_support STATIC
        "${PROJECT_SOURCE_DIR}/tests/support/pool_runner.cpp"
        "${PROJECT_SOURCE_DIR}/tests/support/scripted_server.cpp"
        "${PROJECT_SOURCE_DIR}/tests/support/test_certificates.cpp")
    target_include_directories(roomport_test_http_support PUBLIC
        "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/include")
    target_link_libraries(roomport_test_http_support PUBLIC
        roomport_settings Boost::headers Boost::system OpenSSL::SSL OpenSSL::Crypto
        Threads::Threads GTest::gtest)
endif()
