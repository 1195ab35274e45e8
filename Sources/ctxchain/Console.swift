// Standard output and standard error.

internal import ArgumentParser
internal import Glibc
internal import Results

enum Console {
  static func error(_ text: String) { _ = write(text + "\n", to: STDERR_FILENO) }

  /// Throws status 1, after one line on standard error, when standard output cannot be written. A reader that has gone
  /// away is no error: it has what it wanted.
  static func out(_ text: String) throws(ExitCode) {
    let problem = write(text, to: STDOUT_FILENO)
    guard problem != 0, problem != EPIPE else { return }
    throw fail("\(ResultError.cannotWrite(path: "standard output", problem: errorText(problem)))", status: 1)
  }

  /// A report goes to standard output, or to standard error when the JSON has that. Returns the status when it could
  /// not be written: there is a file to write yet.
  static func report(_ text: String, json: String?) -> ExitCode? {
    guard json != ResultFile.standardOutput else {
      error(text)
      return nil
    }
    do throws(ExitCode) {
      try out(text)
      return nil
    } catch {
      return error
    }
  }

  /// Prints one line to standard error and ends the command with this status.
  static func fail(_ text: String, status: Int32) -> ExitCode {
    error("ctxchain: " + text)
    return ExitCode(status)
  }

  /// Returns 0 or the number of the error.
  private static func write(_ text: String, to fd: Int32) -> Int32 {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let size = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
      if size < 0, errno == EINTR { continue }
      guard size > 0 else { return size < 0 ? errno : EIO }
      bytes = bytes.dropFirst(size)
    }
    return 0
  }
}
