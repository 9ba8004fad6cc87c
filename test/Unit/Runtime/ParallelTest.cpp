// The default thread pool: every task runs once, workers are exclusive, calls nest, collide and
// survive a fork.
#include "attnc-c/parallel.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <memory>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

/// Counts how often each task ran, which workers took part, and whether two had one id.
struct Record {
  Record(int64_t tasks, int64_t workers) : runs(size_t(tasks)), inUse(size_t(workers)) {}

  static void task(void *context, int64_t begin, int64_t end, int64_t worker) {
    static_cast<Record *>(context)->run(begin, end, worker);
  }

  void run(int64_t begin, int64_t end, int64_t worker) {
    ASSERT_GE(worker, 0);
    ASSERT_LT(worker, int64_t(inUse.size()));
    ASSERT_LT(begin, end);
    if (inUse[size_t(worker)].exchange(true))
      ++collisions;
    for (int64_t i = begin; i < end; ++i)
      ++runs[size_t(i)];
    workers.fetch_or(int64_t(1) << worker);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (waitForAll && !allTookPart() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    inUse[size_t(worker)] = false;
  }

  void parallelFor() {
    attnc_parallel_for(this, int64_t(runs.size()), task, int64_t(inUse.size()));
  }

  bool allTookPart() const { return workers == (int64_t(1) << inUse.size()) - 1; }

  void expectEachTaskOnce() {
    for (size_t i = 0; i < runs.size(); ++i)
      ASSERT_EQ(runs[i], 1) << "task " << i;
    EXPECT_EQ(collisions, 0);
  }

  std::vector<std::atomic<int>> runs;
  std::vector<std::atomic<bool>> inUse;
  std::atomic<int> collisions{0};
  std::atomic<int64_t> workers{0}; // a bit for each
  /// A task ends only when every worker has begun one.
  bool waitForAll = false;
};

TEST(ParallelFor, everyTaskRunsOnce) {
  for (int64_t workers : {1, 2, 3, 8, 33})
    for (int64_t tasks : {0, 1, 2, 3, 7, 64, 1000}) {
      Record record(tasks, workers);
      record.parallelFor();
      record.expectEachTaskOnce();
    }
}

TEST(ParallelFor, manyShortLoopsInARow) {
  for (int i = 0; i < 20000; ++i) {
    Record record(5, 4);
    record.parallelFor();
    record.expectEachTaskOnce();
  }
}

TEST(ParallelFor, helpersThatSleepAreWoken) {
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    Record record(64, 3);
    record.waitForAll = true;
    record.parallelFor();
    record.expectEachTaskOnce();
    EXPECT_TRUE(record.allTookPart());
  }
}

TEST(ParallelFor, negativeCountsDoNothing) {
  attnc_parallel_for(nullptr, -5, [](void *, int64_t, int64_t, int64_t) { FAIL(); }, 4);
  // Without workers there is still the caller.
  Record record(3, 1);
  attnc_parallel_for(&record, 3, Record::task, 0);
  record.expectEachTaskOnce();
}

TEST(ParallelFor, nestedLoopsAreSerial) {
  struct Inner {
    Record *record;
    std::thread::id thread;
  };
  static std::atomic<int> elsewhere{0};
  std::vector<std::unique_ptr<Record>> records;
  for (int i = 0; i < 16; ++i)
    records.push_back(std::make_unique<Record>(50, 4));
  const auto outer = [](void *context, int64_t begin, int64_t end, int64_t) {
    auto &all = *static_cast<std::vector<std::unique_ptr<Record>> *>(context);
    for (int64_t i = begin; i < end; ++i) {
      Inner inner{all[size_t(i)].get(), std::this_thread::get_id()};
      attnc_parallel_for(
          &inner, 50,
          [](void *context, int64_t begin, int64_t end, int64_t worker) {
            auto *inner = static_cast<Inner *>(context);
            if (std::this_thread::get_id() != inner->thread || worker != 0)
              ++elsewhere;
            Record::task(inner->record, begin, end, worker);
          },
          4);
    }
  };
  attnc_parallel_for(&records, 16, outer, 4);
  EXPECT_EQ(elsewhere, 0);
  for (auto &record : records)
    record->expectEachTaskOnce();
}

TEST(ParallelFor, loopsInASerialTaskAreSerial) {
  Record record(50, 4);
  attnc_parallel_for(
      &record, 1,
      [](void *context, int64_t, int64_t, int64_t) {
        static_cast<Record *>(context)->parallelFor();
      },
      1);
  record.expectEachTaskOnce();
  EXPECT_EQ(record.workers, 1) << "only worker 0, the caller";
}

TEST(ParallelFor, noMoreWorkersThanAsked) {
  for (int i = 0; i < 20; ++i) {
    Record wide(64, 8);
    wide.waitForAll = true;
    wide.parallelFor(); // leaves seven helpers that look for work
    Record narrow(64, 2);
    narrow.waitForAll = true;
    narrow.parallelFor();
    narrow.expectEachTaskOnce();
  }
}

TEST(ParallelFor, manyCallersAtOnce) {
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller)
    callers.emplace_back([] {
      for (int i = 0; i < 500; ++i) {
        Record record(40, 3);
        record.parallelFor();
        record.expectEachTaskOnce();
      }
    });
  for (std::thread &caller : callers)
    caller.join();
}

TEST(ParallelFor, aForkedChildMakesItsOwnPool) {
  Record before(100, 4);
  before.parallelFor();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    alarm(20); // a deadlock ends the child
    Record record(64, 3);
    record.waitForAll = true;
    record.parallelFor();
    _exit(record.allTookPart() ? 0 : 1);
  }
  Record after(100, 4);
  after.parallelFor();
  after.expectEachTaskOnce();
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

TEST(ParallelFor, helpersTakeNoSignals) {
  Record record(64, 4);
  record.waitForAll = true;
  record.parallelFor();
  static std::atomic<int> elsewhere{0};
  static const std::thread::id self = std::this_thread::get_id();
  std::signal(SIGUSR1, [](int) { elsewhere += std::this_thread::get_id() != self; });
  // This thread does not want the signal, so that it goes to any other that takes it.
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &one, nullptr);
  kill(getpid(), SIGUSR1);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  std::signal(SIGUSR1, SIG_DFL);
  EXPECT_EQ(elsewhere, 0);
}

} // namespace
