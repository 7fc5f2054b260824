#pragma once

#include <cstddef>

/// What to measure with.
struct bench_options {
    std::size_t rooms = 1'000'000;
    double seconds = 20;
    double rate = 1000;
};

/// Bytes a waiting room takes, each with one waiter and one answer seen.
void measure_memory(const bench_options& how);

/// Time to begin waits, and to cancel them all.
void measure_start(const bench_options& how);

/// CPU of one core while rooms wait, with as many polls as the cadence asks for.
void measure_paced(const bench_options& how);

/// CPU of one core while rooms wait that want far more polls than the rate allows.
void measure_short_rate(const bench_options& how);

/// Polls where ten callers wait for each room.
void measure_shared(const bench_options& how);

/// Allocations for each poll that finds its room starting.
void measure_allocations(const bench_options& how);
