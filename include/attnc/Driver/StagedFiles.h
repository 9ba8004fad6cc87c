// Output files that appear all at once and complete, or not at all.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace attnc {

/// Writes files into private folders beside their destinations and moves them there on commit.
/// Errors are sentences that name the path. What is not committed is removed with the object.
class StagedFiles {
public:
  StagedFiles() = default;
  StagedFiles(const StagedFiles &) = delete;
  StagedFiles &operator=(const StagedFiles &) = delete;
  ~StagedFiles();

  /// Makes ready to write `path`: it must be no folder, not the file `input`, and in a folder that
  /// exists. An existing file stays as it is until commit.
  llvm::Error add(llvm::StringRef path, llvm::StringRef input);

  /// Makes ready for writeNow into the folder `folder`.
  llvm::Error addFolder(llvm::StringRef folder);

  /// Writes the file `name` of an added folder at once, complete; it stays even without a commit.
  llvm::Error writeNow(llvm::StringRef folder, llvm::StringRef name, llvm::StringRef content,
                       llvm::StringRef input) const;

  /// Where to write the content of `path`, which must have been added. Devices and pipes are
  /// written to directly.
  std::string getPlace(llvm::StringRef path) const;

  /// A path for a file of work on the way to `path`; it goes away with the object.
  std::string getWorkPlace(llvm::StringRef path, llvm::StringRef name) const;

  /// Writes the whole content of `path`; "-" is standard output.
  llvm::Error write(llvm::StringRef path, llvm::StringRef content) const;

  /// Writes a file at a place of getWorkPlace.
  llvm::Error writeWork(const std::string &place, llvm::StringRef content) const;

  /// Makes a file at a place of getWorkPlace the content of `path`.
  llvm::Error adoptWork(const std::string &place, llvm::StringRef path) const;

  /// Moves all files to their destinations.
  llvm::Error commit();

private:
  struct Entry {
    std::string path;
    /// The private folder, with "out" and "work" in it.
    std::string folder;
    /// A device or pipe, or anything in /dev and /proc: opened, not replaced.
    bool isDirect;
  };

  const Entry &find(llvm::StringRef path) const;
  llvm::Expected<std::string> makeFolder(llvm::StringRef parent);

  std::vector<Entry> entries;
  /// Pairs of a destination folder and the private folder in it.
  std::vector<std::pair<std::string, std::string>> folders;
};

/// Writes all of `content` to an open file; returns an errno.
int writeAll(int descriptor, llvm::StringRef content);

} // namespace attnc
