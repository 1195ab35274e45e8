// Standard output and standard error.

internal import ArgumentParser
internal import Glibc

enum Console {
  static func error(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  static func out(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Prints one line to standard error and ends the command with this status.
  static func fail(_ text: String, status: Int32) -> ExitCode {
    error("ctxchain: " + text)
    return ExitCode(status)
  }

  private static func write(_ text: String, to fd: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let size = bytes.withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
      guard size > 0 else { return }
      bytes = bytes.dropFirst(size)
    }
  }
}
