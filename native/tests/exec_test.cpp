// How work is divided: every block of it is in one part, whatever the cut; each part is taken once;
// and batches are cut in pieces for as long as that helps. Rows have their places on a curve.

#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "check.h"
#include "core/alike.h"
#include "exec/balance.h"
#include "exec/partition.h"
#include "exec/team.h"
#include "exec/trial.h"

using namespace pronghorn;

namespace {

constexpr size_t kBlock = 4;

Cut cut_of(size_t n, int threads, int pieces) { return cut_samples(0, n, threads, pieces, kBlock); }

void test_shares(size_t units, const Cut& cut) {
    size_t end = 0, own = 0;
    for (int part = 0; part < cut.parts(); ++part) {
        const Range range = share(units, cut, part);
        check::that(range.first == end && range.last >= range.first,
                    "part %d of %zu units on %d threads begins at %zu", part, units, cut.threads,
                    range.first);
        end = range.last;
        if (part % cut.pieces == 0) own = 0;
        own += range.last - range.first;
        if (part % cut.pieces != cut.pieces - 1) continue;
        const auto threads = static_cast<size_t>(cut.threads);
        check::that(own == units / threads || own == units / threads + 1,
                    "thread %d of %d has %zu of %zu units", part / cut.pieces, cut.threads, own,
                    units);
    }
    check::that(end == units, "%zu units end at %zu", units, end);
}

void test_samples(const Cut& cut) {
    const size_t parts = static_cast<size_t>(cut.parts());
    check::that(cut.first_sample.size() == parts + 1 && cut.first_sample[parts] == cut.n,
                "%zu samples end elsewhere", cut.n);
    for (size_t part = 0; part < parts; ++part) {
        const size_t first = cut.first_sample[part];
        check::that(first % kBlock == 0 || first == cut.n, "a block of samples is cut at %zu",
                    first);
        check::that(first <= cut.first_sample[part + 1], "part %zu has samples of others", part);
    }
}

void test_panels(size_t rows, const std::vector<uint32_t>& first_col, const Cut& cut) {
    const size_t count = first_col.size() - 1;
    const Panels panels{rows, first_col.back(), static_cast<int>(count), first_col.data()};
    std::vector<int> seen(count * rows);
    for (int part = 0; part < cut.parts(); ++part) {
        const Rects rects = share_panels(panels, rows, kBlock, cut, part);
        for (int i = 0; i < rects.count; ++i) {
            const Rect& r = rects.rect[static_cast<size_t>(i)];
            for (int p = r.panel0; p < r.panel1; ++p) {
                for (size_t row = r.row0; row < r.row1; ++row) {
                    ++seen[static_cast<size_t>(p) * rows + row];
                }
            }
        }
    }
    for (const int times : seen) check::that(times == 1, "a row of a panel is in %d parts", times);
}

void test_partition() {
    const std::vector<std::vector<uint32_t>> columns = {
        {0, 8}, {0, 24, 40}, {0, 24, 48, 72, 88, 104}};
    for (int threads = 1; threads <= 5; ++threads) {
        for (const int pieces : {1, kPieces}) {
            for (size_t n = 0; n < 70; ++n) {
                const Cut cut = cut_of(n, threads, pieces);
                test_shares(n, cut);
                test_samples(cut);
                if (n == 0) continue;
                for (const auto& first_col : columns) test_panels(n, first_col, cut);
            }
        }
    }
    const Cut cut = cut_of(0, 2, kPieces);
    size_t own = 0;
    for (int piece = 0; piece < kPieces; ++piece) {
        const Range range = share_own(100, cut, piece);
        check::that(range.first == own, "what a thread has for itself is cut at %zu", range.first);
        own = range.last;
    }
    check::that(own == 100, "what a thread has for itself ends at %zu", own);
}

// Threads that work for times of their own, over and over.
void test_team(int threads, int stretches) {
    Team team(threads);
    std::vector<std::vector<int>> taken(static_cast<size_t>(threads));
    const auto work = [&](int thread) {
        check::Random random{0x9E3779B97F4A7C15u + static_cast<uint64_t>(thread)};
        for (int s = 0; s < stretches; ++s) {
            team.offer(thread);
            for (int part = thread * kPieces; part >= 0; part = team.take(thread, kPieces)) {
                taken[static_cast<size_t>(thread)].push_back(s * threads * kPieces + part);
                for (size_t spin = random.below(2000); spin > 0; --spin) asm volatile("");
            }
            team.meet(thread);
        }
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(work, t);
    work(0);
    for (std::thread& other : others) other.join();
    std::vector<int> times(static_cast<size_t>(stretches * threads * kPieces));
    int64_t by_others = 0;
    for (int t = 0; t < threads; ++t) {
        for (const int part : taken[static_cast<size_t>(t)]) {
            ++times[static_cast<size_t>(part)];
            const int owner = part % (threads * kPieces) / kPieces;
            by_others += owner != t;
            check::that(owner == t || part % kPieces != 0, "a first piece was taken");
        }
    }
    for (const int count : times) check::that(count == 1, "a part was taken %d times", count);
    const Progress progress = team.progress();
    check::that(progress.offered == int64_t{stretches} * threads * (kPieces - 1),
                "%lld pieces were offered", static_cast<long long>(progress.offered));
    check::that(progress.taken == by_others, "%lld pieces were counted, %lld taken",
                static_cast<long long>(progress.taken), static_cast<long long>(by_others));
}

void test_balance() {
    using std::chrono::milliseconds;
    const Clock::time_point start{};
    const auto at = [&](int ms) { return start + milliseconds(ms); };
    const auto waits = [](double ms) { return static_cast<int64_t>(ms * 1e6); };
    Balance balance;
    balance.begin_run(start);
    check::that(!balance.is_in_pieces(), "the first batches are in pieces");
    balance.look(at(1), 2, {waits(1.0), 0, 0});
    check::that(!balance.is_in_pieces(), "a moment decides");
    balance.look(at(10), 2, {waits(1.0), 0, 0});
    check::that(!balance.is_in_pieces(), "5 %% of the time of two threads is uneven");
    balance.look(at(20), 2, {waits(3.0), 0, 0});
    check::that(balance.is_in_pieces(), "10 %% of the time of two threads is even");
    balance.look(at(30), 2, {waits(3.0), 600, 150});
    check::that(balance.is_in_pieces(), "pieces that are taken are given up");
    // What a run has done counts from its beginning; what was decided holds.
    balance.begin_run(at(40));
    check::that(balance.is_in_pieces(), "a run forgets the one before");
    balance.look(at(50), 2, {0, 600, 30});
    check::that(!balance.is_in_pieces(), "pieces that nobody takes are kept");
    // Then they are tried again after 4 ms, and after 8 when they were of no use again.
    balance.look(at(53), 2, {waits(2.0), 600, 30});
    check::that(!balance.is_in_pieces(), "pieces are tried again at once");
    balance.look(at(57), 2, {waits(4.0), 600, 30});
    check::that(balance.is_in_pieces(), "pieces are not tried again");
    balance.look(at(60), 2, {waits(4.0), 1200, 30});
    check::that(!balance.is_in_pieces(), "pieces that nobody takes are kept the second time");
    balance.look(at(67), 2, {waits(8.0), 1200, 30});
    check::that(!balance.is_in_pieces(), "the second pause is as long as the first");
    balance.look(at(70), 2, {waits(10.0), 1200, 30});
    check::that(balance.is_in_pieces(), "the second pause does not end");
    // Runs of a single batch of 1 ms, with times between them that do not count.
    Balance single;
    for (int run = 0; run < 2; ++run) {
        check::that(!single.is_in_pieces(), "a moment of several runs decides");
        single.begin_run(at(100 * run));
        single.look(at(100 * run + 1), 2, {waits(0.2), 0, 0});
    }
    check::that(single.is_in_pieces(), "short runs never come to a decision");
}

// A window of a millisecond at least, of steps that take so long; its length.
double note_window(ThreadTrial& trial, double& now_ms, double step_ms) {
    const auto time = [](double ms) {
        return std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double, std::milli>(ms));
    };
    const double window = std::max(1.0, step_ms);
    now_ms += window;
    trial.note(trial.threads(), static_cast<size_t>(window / step_ms), time(window),
               Clock::time_point{} + time(now_ms));
    return window;
}

// Steps of a plan that take `two` with two threads and `one` with one, until `end`; the share of the
// time that was spent with one thread.
double share_of_one(ThreadTrial& trial, double& now_ms, double end_ms, double two, double one) {
    double alone = 0.0, all = 0.0;
    while (now_ms < end_ms) {
        const bool is_alone = trial.threads() == 1;
        const double window = note_window(trial, now_ms, is_alone ? one : two);
        all += window;
        if (is_alone) alone += window;
    }
    return alone / all;
}

void test_trial() {
    double now = 1000.0;
    ThreadTrial trial;
    check::that(trial.threads() == 2, "a plan begins with one thread");
    const double slower = share_of_one(trial, now, 6000.0, 0.1, 0.2);
    check::that(slower > 0.0 && slower < 0.025, "one thread, half as fast, took %g", slower);
    // The system puts both threads on one core.
    const double quicker = share_of_one(trial, now, 11000.0, 0.25, 0.2);
    check::that(quicker > 0.6, "one thread, quicker by a fifth, took %g", quicker);
    check::that(share_of_one(trial, now, 16000.0, 0.25, 0.2) > 0.975,
                "what is slower is tried often");
    // And apart again.
    check::that(share_of_one(trial, now, 26000.0, 0.1, 0.2) < 0.25,
                "two threads are not tried again");
    check::that(share_of_one(trial, now, 36000.0, 0.1, 0.101) < 0.025, "noise changes the threads");
    // Nor does one slow moment of two threads.
    while (trial.threads() == 2) note_window(trial, now, 0.5);
    for (int window = 0; window < 4; ++window) note_window(trial, now, 0.2);
    check::that(trial.threads() == 2, "one trial changes the threads");
    check::that(share_of_one(trial, now, now + 2000.0, 0.1, 0.2) < 0.05, "a moment lasts");
    // Behind a pause nothing is tried for a tenth of a second.
    now += 500.0;
    check::that(share_of_one(trial, now, now + 99.0, 0.25, 0.2) == 0.0, "a pause is not seen");
    check::that(share_of_one(trial, now, now + 1000.0, 0.25, 0.2) > 0.8, "nor its end");
    // Large steps are not tried.
    ThreadTrial large;
    check::that(share_of_one(large, now, 46000.0, 5.0, 10.0) == 0.0, "large steps are tried");
}

// Hilbert's curve comes by every cell once, and from each goes to one beside it.
void test_curve() {
    constexpr int kSide = 256;
    std::vector<int> cells(kSide * kSide, -1);
    for (int x = 0; x < kSide; ++x) {
        for (int y = 0; y < kSide; ++y) {
            int& cell = cells[place_on_curve(static_cast<uint8_t>(x), static_cast<uint8_t>(y))];
            check::that(cell == -1, "cell (%d, %d) has a place that is taken", x, y);
            cell = x * kSide + y;
        }
    }
    for (size_t i = 1; i < cells.size(); ++i) {
        const int across = std::abs(cells[i] / kSide - cells[i - 1] / kSide);
        const int up = std::abs(cells[i] % kSide - cells[i - 1] % kSide);
        check::that(across + up == 1, "place %zu is beside its neighbour by (%d, %d)", i, across,
                    up);
    }
}

}  // namespace

int main() {
    check::isa = "exec";
    test_partition();
    for (const int threads : {1, 2, 3, 5}) test_team(threads, 2000);
    test_balance();
    test_trial();
    test_curve();
    std::printf("exec: %ld checks, %d failures\n", check::checks, check::failures);
    return check::failures == 0 ? 0 : 1;
}
