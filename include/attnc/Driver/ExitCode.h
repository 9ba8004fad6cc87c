// The exit codes of attnc, part of its interface: docs/CLI.md lists them.
#pragma once

namespace attnc {

/// How a compilation ends.
enum class ExitCode : int {
  Success = 0,
  /// The input is wrong; a diagnostic says what and where.
  Diagnosed = 1,
  /// The command line is wrong.
  Usage = 2,
  /// A tool, library or target that the command needs is not there.
  Missing = 3,
  /// A limit on size, nesting, memory or time was met.
  Limit = 4,
  /// An output could not be written; nothing partial is left behind.
  Output = 5,
  /// A bug of the compiler; a reproducer file was written.
  Internal = 70,
};

} // namespace attnc
