import Glibc
import Report
import Results
import Statistics
import Testing
import Topology

@Suite("A result file")
struct ResultFileTests {
  /// The error's text, which must be one line.
  static func failure(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) -> String {
    do {
      try body()
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
      return ""
    } catch {
      let text = "\(error)"
      #expect(error is ResultError, sourceLocation: sourceLocation)
      #expect(!text.contains("\n") && !text.contains("\r"), sourceLocation: sourceLocation)
      return text
    }
  }

  @Test("reads back what was written", arguments: [0, 1, 2])
  func roundTrip(example: Int) throws {
    let results = [ExampleRun.full(), ExampleRun.sparse(), ExampleRun.typical(rounds: 1, depths: [1, 5])]
    let folder = try TemporaryFolder()
    let path = folder.path + "/result.json"
    try ResultFile.checkWritable(path)
    #expect(folder.names.isEmpty)
    try ResultFile.write(results[example], to: path)
    #expect(folder.names == ["result.json"])
    #expect(try ResultFile.read(path) == results[example])
  }

  @Test("of version 1 is read: what has another name now is the same")
  func earlierVersion() throws {
    var read = try ResultFile.read(Repository.root + "/Tests/Fixtures/golden/run-result-1.json")
    #expect(read.version == 1)
    read.version = RunResult.currentVersion
    #expect(read == Self.asBefore(ExampleRun.full()))
  }

  /// As it was written before texts had several sizes, arms and edges had a transport, calls and work were counted, open
  /// loops went by utilisation and as Poisson processes, calls could be optional, and parsing and HPACK were stages of their own.
  private static func asBefore(_ result: RunResult) -> RunResult {
    var result = result
    (result.calls, result.spans, result.network) = (nil, nil, nil)
    for pass in result.stages!.indices {
      for node in result.stages![pass].nodes.indices {
        result.stages![pass].nodes[node][.decode] += result.stages![pass].nodes[node][.parse]
        result.stages![pass].nodes[node][.parse] = 0
        result.stages![pass].nodes[node][.loop] += result.stages![pass].nodes[node][.hpack]
        result.stages![pass].nodes[node][.hpack] = 0
      }
    }
    result.topology.services[0].script.removeAll { if case .countedWork(iterations: _) = $0 { true } else { false } }
    for index in result.topology.services.indices {
      result.topology.services[index].errorStatus = nil
      result.topology.services[index].tracing = nil
      result.topology.services[index].external = nil
      result.topology.services[index].port = nil
      result.topology.services[index].scriptedCalls = nil
      result.topology.services[index].resources = nil
      result.topology.services[index].script = result.topology.services[index].script.map(asBefore)
    }
    (result.topology.client.transport, result.topology.client.contextInBody) = (nil, nil)
    result.topology.client.neverIndexed = nil
    result.topology.client.tracing = nil
    for index in result.failures.indices { result.failures[index].arm = nil }
    result.histograms[1].responseTime = ExampleRun.filled([90_000, 110_000])
    result.settings.utilisation = nil
    result.settings.arrival = nil
    result.settings.roundSeconds = nil
    result.settings.trialSeconds = 0.25
    result.settings.textSizes = nil
    for index in result.arms.indices { result.arms[index].transport = nil }
    for index in result.hopBytes.indices {
      result.hopBytes[index].transport = nil
      result.hopBytes[index].answerHeaderBytesPerHop = nil
      result.hopBytes[index].answerPayloadBytesPerHop = nil
      result.hopBytes[index].uncompressedContextBytesPerHop = nil
      result.hopBytes[index].tableInsertionsPerHop = nil
    }
    for index in result.semantics!.strategies.indices { result.semantics!.strategies[index].transport = nil }
    for index in result.fidelity.indices {
      for edge in result.fidelity[index].losses!.byEdge.indices {
        result.fidelity[index].losses!.byEdge[edge].transport = nil
      }
    }
    return result
  }

  private static func asBefore(_ step: Step) -> Step {
    func asBefore(_ call: Call) -> Call {
      var call = call
      (call.isOptional, call.forwardsBody, call.pipeline, call.contextInBody) = (nil, nil, nil, nil)
      call.neverIndexed = nil
      return call
    }
    switch step {
    case .call(let call): return .call(asBefore(call))
    case .parallel(let calls): return .parallel(calls.map(asBefore))
    case .set, .work, .countedWork, .sleep: return step
    }
  }

  @Test("has the form of version 2, which the golden file holds")
  func goldenDocument() throws {
    let bytes = try ResultFile.encode(ExampleRun.full())
    try GoldenFile.expect(String(decoding: bytes, as: UTF8.self), equals: "run-result-2.json")
    let read = try ResultFile.read(Repository.root + "/Tests/Fixtures/golden/run-result-2.json")
    #expect(read == ExampleRun.full())
  }

  @Test("replaces a file and keeps its mode, also through a symbolic link, which stays")
  func replaces() throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "old.json")
    let path = folder.path + "/old.json"
    try #require(chmod(path, 0o640) == 0)
    try #require(symlink("old.json", folder.path + "/link.json") == 0)
    try ResultFile.write(ExampleRun.full(), to: folder.path + "/link.json")
    #expect(folder.names == ["link.json", "old.json"])
    #expect(try ResultFile.read(path) == ExampleRun.full())
    var status = stat()
    try #require(lstat(path, &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o777 == 0o640)
    try #require(lstat(folder.path + "/link.json", &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("writes into a pipe directly")
  func pipe() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/pipe"
    try #require(mkfifo(path, 0o600) == 0)
    let bytes = try ResultFile.encode(ExampleRun.sparse())
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    try #require(reader >= 0)
    defer { close(reader) }
    try ResultFile.checkWritable(path)
    try ResultFile.write(ExampleRun.sparse(), to: path)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(reader, &buffer, buffer.count)
    #expect(count > 0 && Array(buffer.prefix(max(0, count))) == bytes)
    #expect(folder.names == ["pipe"])
  }

  @Test(
    "says in one line why it cannot be written, before the run and after it",
    arguments: [
      ("/nowhere/result.json", "cannot write /nowhere/result.json: No such file or directory (errno 2)"),
      ("/dev/null/result.json", "cannot write /dev/null/result.json: Not a directory (errno 20)"),
      ("/tmp", "cannot write /tmp: Is a directory (errno 21)"),
      ("/tmp/ctxchain-nothing/", "cannot write /tmp/ctxchain-nothing/: No such file or directory (errno 2)"),
      ("", "cannot write \"\": expected a file name"),
    ])
  func unwritable(path: String, text: String) {
    #expect(Self.failure { try ResultFile.checkWritable(path) } == text)
    #expect(Self.failure { try ResultFile.write(ExampleRun.sparse(), to: path) } == text)
  }

  @Test("names a folder that refuses new files")
  func unwritableFolder() throws {
    // /proc refuses files to everyone, the superuser included.
    let text = Self.failure { try ResultFile.checkWritable("/proc/result.json") }
    #expect(text.hasPrefix("cannot write /proc/result.json: "))
    #expect(Self.failure { try ResultFile.write(ExampleRun.sparse(), to: "/proc/result.json") } == text)
  }

  @Test("reports a full device")
  func fullDevice() {
    let text = Self.failure { try ResultFile.write(ExampleRun.sparse(), to: "/dev/full") }
    #expect(text == "cannot write /dev/full: No space left on device (errno 28)")
  }

  @Test("leaves the old file and nothing else when writing, syncing or renaming fails", arguments: 0..<4)
  func failingCalls(index: Int) throws {
    var calls = FileCalls()
    var expected = ENOSPC
    switch index {
    case 0: calls.write = { _, _, _ in fail(ENOSPC) }
    case 1: calls.write = { file, bytes, count in count > 9 ? write(file, bytes, count / 2) : fail(ENOSPC) }
    case 2:
      calls.synchronize = { _ in CInt(fail(EIO)) }
      expected = EIO
    default:
      calls.rename = { _, _ in CInt(fail(EXDEV)) }
      expected = EXDEV
    }
    let folder = try TemporaryFolder()
    try folder.write("old", to: "result.json")
    let path = folder.path + "/result.json"
    let text = Self.failure { try ResultFile.write(Array("0123456789abcdef".utf8), to: path, calls: calls) }
    #expect(text == "cannot write \(path): \(errorText(expected))")
    #expect(folder.names == ["result.json"])
    #expect(try folder.text(of: "result.json") == "old")
  }

  @Test("is written whole by a system that takes a few bytes at a time, and is interrupted in between")
  func shortWrites() throws {
    let counter = Counter()
    var calls = FileCalls()
    calls.write = { file, bytes, count in
      counter.value += 1
      return counter.value.isMultiple(of: 2) ? fail(EINTR) : write(file, bytes, min(count, 7))
    }
    let folder = try TemporaryFolder()
    let text = String(repeating: "0123456789", count: 10)
    try ResultFile.write(Array(text.utf8), to: folder.path + "/x", calls: calls)
    #expect(try folder.text(of: "x") == text)
    #expect(counter.value >= 29)
  }

  @Test("refuses a number that JSON cannot hold, and names its field")
  func notANumber() {
    var result = ExampleRun.full()
    result.trials[0].throughput = .nan
    #expect(
      Self.failure { _ = try ResultFile.encode(result) }
        == "cannot write the result: trials[0].throughput: expected a finite number, got nan")
  }
}

/// Sets the error number, as a failing system call does.
private func fail(_ number: CInt) -> Int {
  errno = number
  return -1
}

private final class Counter {
  var value = 0
}
