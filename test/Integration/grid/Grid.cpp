// attnc-grid: random models of an op, compiled in this process and called on many shapes, against
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
  --op OP       attention (default), or scan: selective scans and causal convolutions
  --points N    how many calls to check, about (default 1800)
  --each N      how many of each model, instead
  --seed S      what they are (default 1)
  --only TEXT   only models whose name holds TEXT; given again: or the other text
  --case C[.P]  only model C, or only its point P; prints the model
  --march CPU   compile for another CPU than this one
  --jobs N      threads (default: one per core)
  --list        print the models
  --verbose     print a line for every point
To measure the checks themselves:
  --seed-bug B  put the seeded bug B into the compiled code; stops at the first failure
  --list-bugs   print the seeded bugs
)";

enum class Op { Attention, Scan };

struct Options {
  Op op = Op::Attention;
  int64_t points = 1800, each = 0, jobs = 0;
  uint64_t seed = 1;
  std::string march = "native";
  std::vector<std::string> only;
  int64_t onlyCase = -1, onlyPoint = -1;
  bool list = false, listBugs = false, verbose = false;
  const attnc::test::SeededBug *bug = nullptr;
};

/// The command that repeats a model; a point of it may be added.
std::string getCommand(const Options &options, const Model &model) {
  return std::string("attnc-grid ") + (options.op == Op::Scan ? "--op scan " : "") + "--seed " +
         std::to_string(options.seed) + " --march " + options.march + " --case " +
         std::to_string(model.number);
}

/// What the grid found so far. The methods may be called from any thread.
class Report {
public:
  Report(const Options &options, size_t models)
      : options(options), models(models), isTerminal(isatty(STDERR_FILENO)) {}

  void add(const Model &model, int64_t point, const PointResult &result) {
    std::lock_guard<std::mutex> lock(mutex);
    ++points;
    worst.include(result.measures);
    if (options.verbose)
      std::printf("%lld.%lld %s: %s: %s\n", (long long)model.number, (long long)point,
                  result.measures.describe().c_str(), model.name.c_str(),
                  result.description.c_str());
    if (!result.failure.empty())
      fail(model, "." + std::to_string(point), result.description + ": " + result.failure);
  }

  void addUnusable(const Model &model, int64_t count, const std::string &error) {
    std::lock_guard<std::mutex> lock(mutex);
    points += count;
    failures += count - 1;
    fail(model, "", error);
  }

  /// Whether a seeded bug was noticed, so that the rest says nothing more.
  bool isDone() {
    std::lock_guard<std::mutex> lock(mutex);
    return options.bug && failures > 0;
  }

  void finishModel() {
    std::lock_guard<std::mutex> lock(mutex);
    ++finished;
    if (isTerminal)
      std::fprintf(stderr, "\r%zu of %zu models, %lld points, %lld failed ", finished, models,
                   (long long)points, (long long)failures);
  }

  /// Prints the summary; the exit code of the program.
  int finish() const {
    if (isTerminal)
      std::fprintf(stderr, "\n");
    std::printf("grid: %lld points, %lld failed, worst %s, seed %llu\n", (long long)points,
                (long long)failures, worst.describe().c_str(), (unsigned long long)options.seed);
    return failures || !points ? 1 : 0;
  }

private:
  static constexpr int64_t kMaxPrinted = 40;

  void fail(const Model &model, const std::string &pointSuffix, const std::string &message) {
    if (++printed > kMaxPrinted) {
      ++failures;
      return;
    }
    ++failures;
    std::printf("%sFAILED: %s: %s\n  %s%s\n", isTerminal ? "\r" : "", model.name.c_str(),
                message.c_str(), getCommand(options, model).c_str(), pointSuffix.c_str());
    std::fflush(stdout);
  }

  const Options &options;
  const size_t models;
  const bool isTerminal;
  std::mutex mutex;
  size_t finished = 0;
  int64_t points = 0, failures = 0, printed = 0;
  Measures worst;
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

static bool parseOp(const std::string &text, Op &op) {
  op = text == "scan" ? Op::Scan : Op::Attention;
  return text == "scan" || text == "attention";
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
    if (name == "--op")
      isGood = parseOp(argv[n], options.op);
    else if (name == "--points")
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

static bool isNamed(const Options &options, const Model &model) {
  const auto holds = [&](const std::string &text) {
    return model.name.find(text) != std::string::npos;
  };
  return options.only.empty() || std::any_of(options.only.begin(), options.only.end(), holds);
}

/// The models to run, and how many points of each.
static ModelList choose(const Options &options, int64_t &pointsEach) {
  constexpr int64_t wantedEach = 12;
  const int64_t wanted = std::max(options.points / wantedEach, options.onlyCase + 1);
  ModelList models = options.op == Op::Scan ? makeScanModels(options.seed, wanted)
                                            : makeAttentionModels(options.seed, wanted);
  const int64_t count = int64_t(models.size());
  pointsEach =
      options.each ? options.each : std::max<int64_t>((options.points + count - 1) / count, 1);
  ModelList chosen;
  for (std::unique_ptr<Model> &model : models)
    if (isNamed(options, *model) && (options.onlyCase < 0 || options.onlyCase == model->number))
      chosen.push_back(std::move(model));
  return chosen;
}

static void runModel(const Options &options, const Model &model, const attnc::CpuTarget &target,
                     const std::string &folder, int64_t pointsEach, char *slot, Report &report) {
  const std::string command = getCommand(options, model);
  std::snprintf(slot, sizeof(running[0]), "  %s\n", command.c_str());
  Runner runner(model, target, folder, options.bug);
  if (!runner.getError().empty())
    return report.addUnusable(model, pointsEach, runner.getError());
  if (!runner.isApplicable())
    return;
  const bool isSingle = options.onlyPoint >= 0;
  for (int64_t n = isSingle ? options.onlyPoint : 0, end = isSingle ? n + 1 : pointsEach;
       n < end && !report.isDone(); ++n) {
    std::snprintf(slot, sizeof(running[0]), "  %s.%lld\n", command.c_str(), (long long)n);
    const PointResult result = runner.run(options.seed, n);
    if (isSingle)
      std::printf("%s: %s\n", model.name.c_str(), result.description.c_str());
    report.add(model, n, result);
  }
}

static int runAll(const Options &options, const ModelList &models, const attnc::CpuTarget &target,
                  const std::string &folder, int64_t pointsEach) {
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    std::signal(signal, reportFault);
  Report report(options, models.size());
  std::atomic<size_t> next{0};
  const auto work = [&](int job) {
    for (size_t n; (n = next++) < models.size() && !report.isDone();) {
      runModel(options, *models[n], target, folder, pointsEach, running[job], report);
      report.finishModel();
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
  const ModelList models = choose(options, pointsEach);
  if (options.list || options.onlyCase >= 0)
    for (const std::unique_ptr<Model> &model : models)
      std::printf("%lld: %s\n%s", (long long)model->number, model->name.c_str(),
                  options.list ? "" : model->getText().c_str());
  if (options.listBugs)
    for (const attnc::test::SeededBug &bug :
         options.op == Op::Scan ? attnc::test::getScanBugs() : attnc::test::getAttentionBugs())
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
  const int code = runAll(options, models, *target, folder, pointsEach);
  rmdir(folder.c_str());
  return code;
}
