// attnc-grid: random attention models, compiled in this process and called on many shapes, against
// the reference. Prints one summary line; a failure comes with the command that repeats it.
#include "Runner.h"

#include "attnc/Target/CPU/ResolveTarget.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace grid;

namespace {
constexpr const char *kHelpText = R"(usage: attnc-grid [options]
  --points N    how many calls to check, about (default 1800)
  --each N      how many of each configuration, instead
  --seed S      what they are (default 1)
  --only TEXT   only configurations whose name holds TEXT; given again: or the other text
  --case C[.P]  only configuration C, or only its point P; prints the model
  --march CPU   compile for another CPU than this one
  --jobs N      threads (default: one per core)
  --list        print the configurations
  --verbose     print a line for every point
To measure the checks themselves:
  --seed-bug B  put the seeded bug B into the compiled code; stops at the first failure
  --list-bugs   print the seeded bugs
)";

struct Options {
  int64_t points = 1800, each = 0, jobs = 0;
  uint64_t seed = 1;
  std::string march = "native";
  std::vector<std::string> only;
  int64_t onlyCase = -1, onlyPoint = -1;
  bool list = false, listBugs = false, verbose = false;
  const attnc::test::SeededBug *bug = nullptr;
};

/// What the grid found so far. The methods may be called from any thread.
class Report {
public:
  Report(const Options &options, size_t configurations)
      : options(options), configurations(configurations), isTerminal(isatty(STDERR_FILENO)) {}

  void add(const Configuration &configuration, const Point &point, const PointResult &result) {
    std::lock_guard<std::mutex> lock(mutex);
    ++points;
    maxRatio = std::max(maxRatio, result.maxRatio);
    rmsRatio = std::max(rmsRatio, result.rmsRatio);
    lseRatio = std::max(lseRatio, result.lseRatio);
    lseError = std::max(lseError, result.lseError);
    if (options.verbose)
      std::printf("%lld.%lld err/B %.3f rms/B %.3f lse/B %.3f lse %.2g: %s: %s\n",
                  (long long)configuration.number, (long long)point.number, result.maxRatio,
                  result.rmsRatio, result.lseRatio, result.lseError, configuration.name.c_str(),
                  point.describe().c_str());
    if (!result.failure.empty())
      fail(configuration, "." + std::to_string(point.number),
           point.describe() + ": " + result.failure);
  }

  void addUnusable(const Configuration &configuration, int64_t count, const std::string &error) {
    std::lock_guard<std::mutex> lock(mutex);
    points += count;
    failures += count - 1;
    fail(configuration, "", error);
  }

  /// Whether a seeded bug was noticed, so that the rest says nothing more.
  bool isDone() {
    std::lock_guard<std::mutex> lock(mutex);
    return options.bug && failures > 0;
  }

  void finishConfiguration() {
    std::lock_guard<std::mutex> lock(mutex);
    ++finished;
    if (isTerminal)
      std::fprintf(stderr, "\r%zu of %zu configurations, %lld points, %lld failed ", finished,
                   configurations, (long long)points, (long long)failures);
  }

  /// Prints the summary; the exit code of the program.
  int finish() const {
    if (isTerminal)
      std::fprintf(stderr, "\n");
    std::printf("grid: %lld points, %lld failed, worst err/B %.3f, worst rms/B %.3f, "
                "worst lse %.2g (%.3f of its bound), seed %llu\n",
                (long long)points, (long long)failures, maxRatio, rmsRatio, lseError, lseRatio,
                (unsigned long long)options.seed);
    return failures || !points ? 1 : 0;
  }

private:
  static constexpr int64_t kMaxPrinted = 40;

  void fail(const Configuration &configuration, const std::string &pointSuffix,
            const std::string &message) {
    if (++printed > kMaxPrinted) {
      ++failures;
      return;
    }
    ++failures;
    std::printf("%sFAILED: %s: %s\n  attnc-grid --seed %llu --march %s --case %lld%s\n",
                isTerminal ? "\r" : "", configuration.name.c_str(), message.c_str(),
                (unsigned long long)options.seed, options.march.c_str(),
                (long long)configuration.number, pointSuffix.c_str());
    std::fflush(stdout);
  }

  const Options &options;
  const size_t configurations;
  const bool isTerminal;
  std::mutex mutex;
  size_t finished = 0;
  int64_t points = 0, failures = 0, printed = 0;
  double maxRatio = 0, rmsRatio = 0, lseRatio = 0, lseError = 0;
};

/// What each thread is at, for the signal handler: a fault of compiled code ends the process.
constexpr int kMaxJobs = 64;
char running[kMaxJobs][160];
} // namespace

static void reportFault(int) {
  const char message[] = "FAILED: a fault in one of these:\n";
  (void)!write(STDOUT_FILENO, message, sizeof(message) - 1);
  for (const char *text : running)
    (void)!write(STDOUT_FILENO, text, std::strlen(text));
  _exit(1);
}

static bool parseNumber(const char *text, int64_t &value) {
  char *end;
  value = std::strtoll(text, &end, 10);
  return *text && !*end && value >= 0;
}

static bool parseCase(const std::string &text, Options &options) {
  const size_t dot = text.find('.');
  return parseNumber(text.substr(0, dot).c_str(), options.onlyCase) &&
         (dot == std::string::npos || parseNumber(text.c_str() + dot + 1, options.onlyPoint));
}

/// False for a wrong command line.
static bool parseOptions(int argc, char **argv, Options &options) {
  for (int n = 1; n < argc; ++n) {
    const std::string name = argv[n];
    bool *flag = name == "--list"        ? &options.list
                 : name == "--list-bugs" ? &options.listBugs
                 : name == "--verbose"   ? &options.verbose
                                         : nullptr;
    if (flag) {
      *flag = true;
      continue;
    }
    if (++n == argc)
      return false;
    int64_t seed = 0;
    bool isGood = true;
    if (name == "--points")
      isGood = parseNumber(argv[n], options.points);
    else if (name == "--each")
      isGood = parseNumber(argv[n], options.each);
    else if (name == "--jobs")
      isGood = parseNumber(argv[n], options.jobs);
    else if (name == "--seed")
      isGood = parseNumber(argv[n], seed), options.seed = uint64_t(seed);
    else if (name == "--case")
      isGood = parseCase(argv[n], options);
    else if (name == "--only")
      options.only.push_back(argv[n]);
    else if (name == "--march")
      options.march = argv[n];
    else if (name == "--seed-bug")
      isGood = (options.bug = attnc::test::findSeededBug(argv[n]));
    else
      isGood = false;
    if (!isGood)
      return false;
  }
  return true;
}

static bool isNamed(const Options &options, const Configuration &configuration) {
  const auto holds = [&](const std::string &text) {
    return configuration.name.find(text) != std::string::npos;
  };
  return options.only.empty() || std::any_of(options.only.begin(), options.only.end(), holds);
}

/// The configurations to run, and how many points of each.
static std::vector<Configuration> choose(const Options &options, int64_t &pointsEach) {
  constexpr int64_t wantedEach = 12;
  const int64_t fixed = countFixedConfigurations();
  const int64_t count = std::max({fixed, options.points / wantedEach, options.onlyCase + 1});
  pointsEach =
      options.each ? options.each : std::max<int64_t>((options.points + count - 1) / count, 1);
  std::vector<Configuration> chosen;
  for (Configuration &configuration : makeConfigurations(options.seed, count))
    if (isNamed(options, configuration) &&
        (options.onlyCase < 0 || options.onlyCase == configuration.number))
      chosen.push_back(std::move(configuration));
  return chosen;
}

static void runConfiguration(const Options &options, const Configuration &configuration,
                             const attnc::CpuTarget &target, const std::string &folder,
                             int64_t pointsEach, char *slot, Report &report) {
  std::snprintf(slot, sizeof(running[0]), "  attnc-grid --seed %llu --march %s --case %lld\n",
                (unsigned long long)options.seed, options.march.c_str(),
                (long long)configuration.number);
  Runner runner(configuration, target, folder, options.bug);
  if (!runner.getError().empty())
    return report.addUnusable(configuration, pointsEach, runner.getError());
  if (!runner.isApplicable())
    return;
  const bool isSingle = options.onlyPoint >= 0;
  for (int64_t n = isSingle ? options.onlyPoint : 0, end = isSingle ? n + 1 : pointsEach;
       n < end && !report.isDone(); ++n) {
    const Point point = makePoint(configuration, options.seed, n);
    if (isSingle)
      std::printf("%s: %s\n", configuration.name.c_str(), point.describe().c_str());
    std::snprintf(slot, sizeof(running[0]),
                  "  attnc-grid --seed %llu --march %s --case %lld.%lld\n",
                  (unsigned long long)options.seed, options.march.c_str(),
                  (long long)configuration.number, (long long)n);
    report.add(configuration, point, runner.run(point, options.seed));
  }
}

static int runAll(const Options &options, const std::vector<Configuration> &configurations,
                  const attnc::CpuTarget &target, const std::string &folder, int64_t pointsEach) {
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, reportFault);
  Report report(options, configurations.size());
  std::atomic<size_t> next{0};
  const auto work = [&](int job) {
    for (size_t n; (n = next++) < configurations.size() && !report.isDone();) {
      runConfiguration(options, configurations[n], target, folder, pointsEach, running[job],
                       report);
      report.finishConfiguration();
    }
    running[job][0] = 0;
  };
  int64_t jobs = options.jobs ? options.jobs : int64_t(std::thread::hardware_concurrency());
  jobs = std::clamp<int64_t>(jobs, 1, kMaxJobs);
  std::vector<std::thread> threads;
  for (int job = 1; job < jobs; ++job)
    threads.emplace_back(work, job);
  work(0);
  for (std::thread &thread : threads)
    thread.join();
  return report.finish();
}

int main(int argc, char **argv) {
  Options options;
  if (!parseOptions(argc, argv, options)) {
    std::fputs(kHelpText, stderr);
    return 2;
  }
  int64_t pointsEach;
  const std::vector<Configuration> configurations = choose(options, pointsEach);
  if (options.list || options.onlyCase >= 0)
    for (const Configuration &configuration : configurations)
      std::printf("%lld: %s\n%s", (long long)configuration.number, configuration.name.c_str(),
                  options.list ? "" : configuration.getModelText().c_str());
  if (options.listBugs)
    for (const attnc::test::SeededBug &bug : attnc::test::getSeededBugs())
      std::printf("%s: %s\n", bug.name.data(), bug.description.data());
  if (options.list || options.listBugs)
    return 0;
  llvm::Expected<attnc::CpuTarget> target = attnc::resolveCpuTarget("", options.march);
  if (!target) {
    std::fprintf(stderr, "attnc-grid: error: %s\n", llvm::toString(target.takeError()).c_str());
    return 2;
  }
  const char *base = std::getenv("TMPDIR");
  std::string folder = std::string(base && *base ? base : "/tmp") + "/attnc-grid-XXXXXX";
  if (!mkdtemp(folder.data())) {
    std::perror("attnc-grid: error: cannot make a folder");
    return 2;
  }
  const int code = runAll(options, configurations, *target, folder, pointsEach);
  rmdir(folder.c_str());
  return code;
}
