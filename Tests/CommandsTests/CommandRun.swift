// A command as a user calls it, in this process: nothing is spawned until it starts to measure.

import Commands
import Control
import Foundation
import Results

struct CommandRun {
  let status: Int32
  let out: String
  let error: String

  init(_ arguments: String...) { self.init(arguments) }

  /// - Parameter saved: where results are kept; without it a folder that cannot be.
  init(_ arguments: [String], saved: SavedResults = SavedResults(folder: "/proc/ctxchain")) {
    let (out, error) = (MemoryFile(), MemoryFile())
    status = Ctxchain.run(
      Invocation(
        commandLine: ["ctxchain"] + arguments, console: Console(outFD: out.fd, errorFD: error.fd), saved: saved,
        readMeter: { MeterReading() }))
    (self.out, self.error) = (out.text, error.text)
  }
}

/// What was written to a descriptor.
final class MemoryFile {
  let fd: Int32

  init() {
    let path = FileManager.default.temporaryDirectory.appending(path: "ctxchain-\(UUID().uuidString)").path
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    unlink(path)
  }

  deinit { close(fd) }

  var text: String {
    var bytes = [UInt8](repeating: 0, count: Int(lseek(fd, 0, SEEK_END)))
    let size = pread(fd, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, size)), as: UTF8.self)
  }
}
