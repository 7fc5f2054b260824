#include "report.hpp"

#include "policies.hpp"

#include <cmath>
#include <functional>
#include <iomanip>
#include <ostream>

namespace cadence_bench {
namespace {

constexpr std::uint64_t first_seed = 1000;

std::string rooms_name(int rooms) {
    return "learned, " + std::to_string(rooms) + " rooms";
}

row make_row(const std::string& policy, const outcome& result, const optimum& best) {
    return {policy, result, result.delay / best.delay(result.polls),
            result.cost(poll_cost) / best.best(poll_cost).cost(poll_cost)};
}

/// The result at the cost of a poll that leads to `polls` expected polls: more cost, fewer polls.
outcome with_polls(double polls, int steps, const std::function<outcome(double)>& at_cost) {
    double low = 1e-4;
    double high = 20;
    outcome result;
    for (int step = 0; step < steps; ++step) {
        const double middle = std::sqrt(low * high);
        result = at_cost(middle);
        (result.polls > polls ? low : high) = middle;
    }
    return result;
}

outcome mean_learned(const true_law& law, double cost, int rooms, int seeds) {
    outcome sum;
    for (int seed = 0; seed < seeds; ++seed) {
        learner one(cost, first_seed + static_cast<std::uint64_t>(seed));
        one.live(law, rooms);
        const outcome result = one.judged_by(law);
        sum.polls += result.polls;
        sum.delay += result.delay;
    }
    return mean(sum, seeds);
}

change judge_change(const true_law& before, const true_law& after, int seeds) {
    const double least = optimum::best(after, poll_cost).cost(poll_cost);
    change sum;
    for (int seed = 0; seed < seeds; ++seed) {
        learner one(poll_cost, first_seed + static_cast<std::uint64_t>(seed));
        one.live(before, milestones.back());
        one.live(after, 25);
        sum.after_25 += one.judged_by(after).cost(poll_cost) / least / seeds;
        one.live(after, 25);
        sum.after_50 += one.judged_by(after).cost(poll_cost) / least / seeds;
    }
    return sum;
}

std::vector<row> judge_learned(const true_law& law, const optimum& best, int seeds) {
    std::vector<row> rows;
    rows.push_back(make_row("learned, new", learner(poll_cost, first_seed).judged_by(law), best));
    for (const int rooms : milestones) {
        rows.push_back({rooms_name(rooms), {}, 0, 0});
    }
    for (int seed = 0; seed < seeds; ++seed) {
        learner one(poll_cost, first_seed + static_cast<std::uint64_t>(seed));
        int lived = 0;
        for (std::size_t index = 0; index < milestones.size(); ++index) {
            one.live(law, milestones[index] - lived);
            lived = milestones[index];
            const row result = make_row("", one.judged_by(law), best);
            row& sum = rows[index + 1];
            sum.result.polls += result.result.polls / seeds;
            sum.result.delay += result.result.delay / seeds;
            sum.delay_ratio += result.delay_ratio / seeds;
            sum.cost_ratio += result.cost_ratio / seeds;
        }
    }
    return rows;
}

} // namespace

law_report judge(const true_law& law, int seeds, bool is_brief) {
    const optimum best(law);
    law_report report;
    report.law = law.name();
    report.best = best.sweep();
    const auto add = [&](const char* name, const outcome& result) {
        report.rows.push_back(make_row(name, result, best));
    };
    const outcome fixed = fixed_interval(law, 1);
    const outcome exponential = exponential_backoff(law);
    add("fixed 0.5 s", fixed_interval(law, 0.5));
    add("fixed 1 s", fixed);
    add("fixed 1.5 s", fixed_interval(law, 1.5));
    add("exponential backoff", exponential);
    add("Smithy", smithy(law));
    for (const row& one : judge_learned(law, best, seeds)) {
        report.rows.push_back(one);
    }
    add("optimum", best.best(poll_cost));

    const outcome fresh = with_polls(exponential.polls, 40, [&](double cost) {
        return learner(cost, first_seed).judged_by(law);
    });
    report.new_by_exponential = fresh.delay / exponential.delay;
    if (is_brief) {
        return report;
    }
    const outcome learned = with_polls(fixed.polls, 12, [&](double cost) {
        return mean_learned(law, cost, milestones.back(), (seeds + 3) / 4);
    });
    report.fixed_by_learned = fixed.delay / learned.delay;
    report.doubled = judge_change(law, law.scaled(2), seeds);
    report.halved = judge_change(law, law.scaled(0.5), seeds);
    return report;
}

void write_tables(std::ostream& out, const std::vector<law_report>& reports, bool is_brief) {
    out << std::fixed << std::setprecision(2);
    const auto head = [&](const std::string& title) {
        out << "\n| " << title << " |";
        for (const law_report& report : reports) {
            out << ' ' << report.law << " |";
        }
        out << "\n|---|";
        for (std::size_t column = 0; column < reports.size(); ++column) {
            out << "---|";
        }
        out << '\n';
    };
    const auto line = [&](const std::string& name, auto write) {
        out << "| " << name << " |";
        for (const law_report& report : reports) {
            out << ' ';
            write(report);
            out << " |";
        }
        out << '\n';
    };
    const auto rows = [&](const std::string& title, auto write) {
        head(title);
        for (std::size_t index = 0; index < reports.front().rows.size(); ++index) {
            line(reports.front().rows[index].policy,
                 [&](const law_report& report) { write(report.rows[index]); });
        }
    };
    rows("delay in s (polls)",
         [&](const row& one) { out << one.result.delay << " (" << one.result.polls << ')'; });
    rows("delay ÷ least delay with as many polls", [&](const row& one) {
        if (std::isnan(one.delay_ratio)) {
            out << '-';
        } else {
            out << one.delay_ratio;
        }
    });
    rows("cost ÷ least cost", [&](const row& one) { out << one.cost_ratio; });
    head("at equal polls");
    line("delay of exponential backoff ÷ learned, new",
         [&](const law_report& report) { out << 1 / report.new_by_exponential; });
    if (is_brief) {
        return;
    }
    line("delay of fixed 1 s ÷ " + rooms_name(milestones.back()),
         [&](const law_report& report) { out << report.fixed_by_learned; });
    head("cost ÷ least cost after " + std::to_string(milestones.back()) + " rooms and a change");
    line("start times doubled, +25 rooms",
         [&](const law_report& report) { out << report.doubled.after_25; });
    line("start times doubled, +50 rooms",
         [&](const law_report& report) { out << report.doubled.after_50; });
    line("start times halved, +25 rooms",
         [&](const law_report& report) { out << report.halved.after_25; });
    line("start times halved, +50 rooms",
         [&](const law_report& report) { out << report.halved.after_50; });
}

void write_csv(std::ostream& out, const std::vector<law_report>& reports) {
    out << "law;policy;polls;delay;delay_ratio;cost_ratio\n" << std::setprecision(6);
    for (const law_report& report : reports) {
        for (const row& one : report.rows) {
            out << report.law << ';' << one.policy << ';' << one.result.polls << ';'
                << one.result.delay << ';' << one.delay_ratio << ';' << one.cost_ratio << '\n';
        }
        for (const outcome& one : report.best) {
            out << report.law << ";best schedules;" << one.polls << ';' << one.delay << ";1;\n";
        }
    }
}

} // namespace cadence_bench
