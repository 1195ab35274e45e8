// The path of another program, as an argument gives it.

internal import ArgumentParser
internal import EventLoop
internal import Glibc

enum ProgramPath {
  /// From the root, so that it names the same file wherever it is started from. Throws where nothing can be started.
  static func whole(_ path: String, option: String) throws -> String {
    guard let resolved = realpath(path, nil) else {
      throw ValidationError("\(option): cannot start \"\(path)\": \(errorText(errno))")
    }
    defer { free(resolved) }
    var status = stat()
    guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(resolved, X_OK) == 0 else {
      throw ValidationError("\(option): cannot start \"\(path)\": expected a program that may be executed")
    }
    return String(cString: resolved)
  }
}
