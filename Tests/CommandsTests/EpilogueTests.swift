import Commands
import Control
import Foundation
import Testing

/// A result is in its file before anybody is told of it. `bench` ends as every command does, and starts no process.
@Suite("The end of a command")
struct EpilogueTests {
  private func bench(json: String, outFD: Int32, errorFD: Int32) -> Int32 {
    Ctxchain.run(
      Invocation(
        commandLine: [
          "ctxchain", "bench", "--stores", "packed", "--propagators", "packed", "--layers", "1", "--time", "10ms",
          "--no-save", "--json", json,
        ],
        console: Console(outFD: outFD, errorFD: errorFD), readMeter: { MeterReading() }))
  }

  private func temporaryFile() -> String {
    FileManager.default.temporaryDirectory.appending(path: "ctxchain-\(UUID().uuidString).json").path
  }

  private func isWhole(_ path: String) -> Bool {
    FileManager.default.contents(atPath: path).flatMap { try? JSONSerialization.jsonObject(with: $0) } != nil
  }

  @Test("Standard output that cannot be written is status 1 and one line, and the file is there")
  func unwritable() throws {
    let (path, error) = (temporaryFile(), MemoryFile())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(bench(json: path, outFD: full, errorFD: error.fd) == 1)
    #expect(error.text.hasPrefix("ctxchain: cannot write standard output: No space left"), "\(error.text)")
    #expect(isWhole(path))
  }

  @Test("A descriptor that is closed loses no result")
  func closed() throws {
    let (path, error) = (temporaryFile(), MemoryFile())
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(bench(json: path, outFD: -1, errorFD: error.fd) == 1)
    #expect(error.text.contains("Bad file descriptor"), "\(error.text)")
    #expect(isWhole(path))
  }

  @Test("While the text waits for a reader that does not read, the result is in its file already")
  func blocked() throws {
    let (path, error) = (temporaryFile(), MemoryFile())
    defer { try? FileManager.default.removeItem(atPath: path) }
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    // Full: the first byte of the text has to wait.
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let filler = [UInt8](repeating: 0, count: 4096)
    while write(ends[1], filler, filler.count) > 0 {}
    _ = fcntl(ends[1], F_SETFL, 0)
    let (reader, writer, errorFD) = (ends[0], ends[1], error.fd)
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [self] in
      _ = bench(json: path, outFD: writer, errorFD: errorFD)
      ended.signal()
    }
    let limit = Date().addingTimeInterval(120)
    while !isWhole(path), Date() < limit { usleep(2000) }
    #expect(isWhole(path))
    // Nobody reads: the command waits.
    #expect(ended.wait(timeout: .now()) == .timedOut)
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while ended.wait(timeout: .now()) == .timedOut { if read(reader, &buffer, buffer.count) < 0 { usleep(2000) } }
    close(reader)
    close(writer)
    #expect(error.text.isEmpty, "\(error.text)")
  }

  @Test("With --json - standard output has the document alone, and the text goes to standard error")
  func standardOutput() throws {
    let (out, error) = (MemoryFile(), MemoryFile())
    _ = bench(json: "-", outFD: out.fd, errorFD: error.fd)
    #expect(try JSONSerialization.jsonObject(with: Data(out.text.utf8)) is [String: Any])
    #expect(error.text.contains("packed"), "\(error.text)")
  }

  @Test(
    "A file that cannot be written is known before anything is done", arguments: ["/nonexistent/x.json", "/proc/x"])
  func unwritableFile(path: String) {
    let (out, error) = (MemoryFile(), MemoryFile())
    #expect(bench(json: path, outFD: out.fd, errorFD: error.fd) == 1)
    #expect(out.text.isEmpty && error.text.hasPrefix("ctxchain: cannot write \(path): "), "\(error.text)")
  }
}
