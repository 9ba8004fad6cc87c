// Writes outputs beside their destinations and moves them into place.
#include "attnc/Driver/StagedFiles.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace attnc;
using llvm::Error;
using llvm::StringRef;
using llvm::Twine;

static Error makeError(const Twine &message) { return llvm::createStringError(message); }

static Error makeErrnoError(const Twine &what, int error) {
  return makeError(what + ": " + llvm::sys::StrError(error));
}

static std::string getParent(StringRef path) {
  StringRef parent = llvm::sys::path::parent_path(path);
  return parent.empty() ? "." : parent.str();
}

int attnc::writeAll(int descriptor, StringRef content) {
  while (!content.empty()) {
    ssize_t written =
        llvm::sys::RetryAfterSignal(-1, ::write, descriptor, content.data(), content.size());
    if (written < 0)
      return errno;
    content = content.drop_front(written);
  }
  return 0;
}

/// For open: a file that nobody has put there before.
constexpr int newFile = O_CREAT | O_EXCL | O_NOFOLLOW;

static Error writeFile(const std::string &path, StringRef content, int openFlags) {
  int descriptor =
      llvm::sys::RetryAfterSignal(-1, ::open, path.c_str(), O_WRONLY | O_CLOEXEC | openFlags, 0666);
  if (descriptor < 0)
    return makeErrnoError("cannot create '" + path + "'", errno);
  int error = writeAll(descriptor, content);
  // Some file systems report a full disk only here.
  if (::close(descriptor) != 0 && !error)
    error = errno;
  if (error)
    return makeErrnoError("cannot write '" + path + "'", error);
  return Error::success();
}

StagedFiles::~StagedFiles() {
  for (const auto &folder : folders)
    llvm::sys::fs::remove_directories(folder.second);
}

llvm::Expected<std::string> StagedFiles::makeFolder(StringRef parent) {
  for (const auto &folder : folders)
    if (folder.first == parent)
      return folder.second;
  llvm::SmallString<128> made(parent);
  llvm::sys::path::append(made, ".attnc-XXXXXX");
  if (!::mkdtemp(const_cast<char *>(made.c_str())))
    return makeErrnoError("cannot write in folder '" + parent + "'", errno);
  folders.push_back({parent.str(), made.str().str()});
  for (StringRef inner : {"/out", "/work"})
    if (::mkdir((made + inner).str().c_str(), 0700) != 0)
      return makeErrnoError("cannot write in folder '" + parent + "'", errno);
  return folders.back().second;
}

/// The status of an existing output must allow to replace it.
static Error checkExisting(StringRef path, const struct stat &status, StringRef input) {
  struct stat inputStatus;
  if (S_ISDIR(status.st_mode))
    return makeError("output '" + path + "' is a folder");
  if (S_ISREG(status.st_mode) && input != "-" && ::stat(input.str().c_str(), &inputStatus) == 0 &&
      inputStatus.st_dev == status.st_dev && inputStatus.st_ino == status.st_ino)
    return makeError("output '" + path + "' is the input file");
  if (::access(path.str().c_str(), W_OK) != 0)
    return makeErrnoError("cannot write '" + path + "'", errno);
  return Error::success();
}

Error StagedFiles::add(StringRef path, StringRef input) {
  if (llvm::is_contained(llvm::map_range(entries, [](const Entry &e) { return e.path; }), path))
    return makeError("two outputs would be written to '" + path + "'");
  struct stat status;
  bool exists = ::stat(path.str().c_str(), &status) == 0;
  if (!exists && errno != ENOENT)
    return makeErrnoError("cannot write '" + path + "'", errno);
  if (exists) {
    if (Error error = checkExisting(path, status, input))
      return error;
  } else if (::lstat(path.str().c_str(), &status) == 0) {
    return makeError("output '" + path + "' is a symbolic link to nothing");
  } else if (path.ends_with("/")) {
    return makeError("output '" + path + "' names a folder");
  }
  // Nothing can stand beside a device, but the work on the way to it needs a place.
  bool isInDevices = path.starts_with("/dev/") || path.starts_with("/proc/");
  bool isDirect = exists && (!S_ISREG(status.st_mode) || isInDevices);
  llvm::SmallString<64> parent;
  if (isDirect)
    llvm::sys::path::system_temp_directory(/*erasedOnReboot=*/true, parent);
  else
    parent = getParent(path);
  if (!llvm::sys::fs::is_directory(parent))
    return makeError("cannot write '" + path + "': there is no folder '" + parent + "'");
  llvm::Expected<std::string> folder = makeFolder(parent);
  if (!folder)
    return folder.takeError();
  entries.push_back({path.str(), *folder, isDirect});
  return Error::success();
}

Error StagedFiles::addFolder(StringRef folder) {
  llvm::Expected<std::string> made = makeFolder(folder);
  return made ? Error::success() : made.takeError();
}

Error StagedFiles::writeNow(StringRef folder, StringRef name, StringRef content,
                            StringRef input) const {
  auto privateFolder =
      llvm::find_if(folders, [&](const auto &entry) { return entry.first == folder; });
  std::string place = privateFolder->second + "/work/" + name.str();
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  struct stat status;
  if (::stat(path.c_str(), &status) == 0)
    if (Error error = checkExisting(path, status, input))
      return error;
  if (Error error = writeFile(place, content, newFile))
    return error;
  if (::rename(place.c_str(), path.c_str()) != 0)
    return makeErrnoError("cannot write '" + path + "'", errno);
  return Error::success();
}

const StagedFiles::Entry &StagedFiles::find(StringRef path) const {
  return *llvm::find_if(entries, [&](const Entry &entry) { return entry.path == path; });
}

std::string StagedFiles::getPlace(StringRef path) const {
  const Entry &entry = find(path);
  if (entry.isDirect)
    return entry.path;
  return entry.folder + "/out/" + llvm::sys::path::filename(path).str();
}

std::string StagedFiles::getWorkPlace(StringRef path, StringRef name) const {
  return find(path).folder + "/work/" + name.str();
}

Error StagedFiles::write(StringRef path, StringRef content) const {
  if (path != "-")
    return writeFile(getPlace(path), content, find(path).isDirect ? 0 : newFile);
  if (int error = writeAll(STDOUT_FILENO, content))
    return makeErrnoError("cannot write standard output", error);
  return Error::success();
}

Error StagedFiles::writeWork(const std::string &place, StringRef content) const {
  return writeFile(place, content, newFile);
}

Error StagedFiles::adoptWork(const std::string &place, StringRef path) const {
  if (find(path).isDirect) {
    auto content = llvm::MemoryBuffer::getFile(place);
    if (!content)
      return makeErrnoError("cannot read '" + Twine(place) + "'", content.getError().value());
    return write(path, (*content)->getBuffer());
  }
  if (::rename(place.c_str(), getPlace(path).c_str()) != 0)
    return makeErrnoError("cannot write '" + path + "'", errno);
  return Error::success();
}

Error StagedFiles::commit() {
  for (const Entry &entry : entries)
    if (!entry.isDirect && ::rename(getPlace(entry.path).c_str(), entry.path.c_str()) != 0)
      return makeErrnoError("cannot write '" + entry.path + "'", errno);
  return Error::success();
}
