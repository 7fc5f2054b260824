#include "random_report.hpp"

#include "policies.hpp"
#include "random_law.hpp"
#include "report.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <ostream>
#include <string>
#include <vector>

namespace cadence_bench {
namespace {

struct figure {
    const char* name;
    double goal;
};

constexpr std::array figures = {
    figure{"delay ÷ least delay, 50 rooms", 1.25},
    figure{"delay ÷ least delay, 200 rooms", 1.15},
    figure{"delay ÷ least delay, 1000 rooms", 1.10},
    figure{"cost ÷ least cost, times doubled, +25 rooms", 1.6},
    figure{"cost ÷ least cost, times doubled, +50 rooms", 1.3},
    figure{"cost ÷ least cost, times halved, +25 rooms", 1.6},
    figure{"cost ÷ least cost, times halved, +50 rooms", 1.3},
};

using values = std::array<double, figures.size()>;

struct judged_law {
    int number;
    std::string description;
    values reached{};

    /// The figure that is farthest above its goal, by that goal.
    double worst() const {
        double most = 0;
        for (std::size_t index = 0; index < figures.size(); ++index) {
            most = std::max(most, reached[index] / figures[index].goal);
        }
        return most;
    }
};

void add_changed(learner& one, const true_law& law, double factor, int lives, double* reached) {
    const true_law changed = law.scaled(factor);
    const double least = optimum::best(changed, poll_cost).cost(poll_cost);
    for (int step = 0; step < 2; ++step) {
        one.live(changed, 25);
        reached[step] += one.judged_by(changed).cost(poll_cost) / least / lives;
    }
}

values judge_law(const true_law& law, int lives) {
    const optimum best(law, poll_cost / 16, poll_cost * 16, 64);
    values reached{};
    for (int life = 0; life < lives; ++life) {
        const auto seed = static_cast<std::uint64_t>(1000 + life);
        learner one(poll_cost, seed);
        int lived = 0;
        for (std::size_t index = 0; index < milestones.size(); ++index) {
            one.live(law, milestones[index] - lived);
            lived = milestones[index];
            const outcome result = one.judged_by(law);
            reached[index] += result.delay / best.delay(result.polls) / lives;
        }
        add_changed(one, law, 2, lives, &reached[3]);
        learner other(poll_cost, seed);
        other.live(law, milestones.back());
        add_changed(other, law, 0.5, lives, &reached[5]);
    }
    return reached;
}

} // namespace

void judge_random_laws(std::ostream& out, const random_choice& choice, int lives) {
    std::vector<judged_law> laws;
    for (int number = choice.first; number < choice.first + choice.laws; ++number) {
        const random_law drawn = draw_law(choice.seed, number);
        laws.push_back({number, drawn.description, judge_law(drawn.law, lives)});
    }
    out << std::fixed << std::setprecision(2) << "| " << choice.laws << " random laws, seed "
        << choice.seed << ", " << lives << " lives each | goal | median | worst | laws within |\n"
        << "|---|---|---|---|---|\n";
    for (std::size_t index = 0; index < figures.size(); ++index) {
        std::vector<double> sorted;
        for (const judged_law& one : laws) {
            sorted.push_back(one.reached[index]);
        }
        std::sort(sorted.begin(), sorted.end());
        const auto within = std::count_if(sorted.begin(), sorted.end(), [&](double value) {
            return value <= figures[index].goal;
        });
        out << "| " << figures[index].name << " | " << figures[index].goal << " | "
            << sorted[sorted.size() / 2] << " | " << sorted.back() << " | " << within << " |\n";
    }
    std::sort(laws.begin(), laws.end(), [](const judged_law& left, const judged_law& right) {
        return left.worst() > right.worst();
    });
    constexpr std::size_t shown = 10;
    out << "\nThe worst laws, with the figures in the order above; one alone: --random 1 --seed "
        << choice.seed << " --first NUMBER\n\n";
    for (std::size_t index = 0; index < std::min(shown, laws.size()); ++index) {
        out << laws[index].number << ": " << laws[index].description << "\n   ";
        for (const double value : laws[index].reached) {
            out << ' ' << value;
        }
        out << '\n';
    }
}

} // namespace cadence_bench
