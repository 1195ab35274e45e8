// The system calls that the program counts itself, against what strace sees of the same node.

import Foundation
import Testing

@Suite("System calls")
struct SystemCallTests {
  private static let strace = ["/usr/bin/strace", "/bin/strace"].first { (path: String) in access(path, X_OK) == 0 }
  private static let requestCount = 2_000

  /// Calls that `strace -c -f` counted on the one node of a service that answered so many requests.
  private func traced(_ requestCount: Int) throws -> Double {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ctxchain-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let summary = folder.appending(path: "strace").path
    let topology = Program.root.appending(path: "topologies/chain-1.yaml").path
    let program = try Program(["up", topology, "--wrap", "s1=\(Self.strace!) -D -c -f -o \(summary)"])
    try program.until("the entry's address") { program.out.contains("127.0.0.1:") }
    let address = try #require(program.out.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("127.0.0.1:") })
    let load = try Program.run("load", String(address), "-n", "\(requestCount)", "--in-flight", "1")
    #expect(load.status == 0, "\(load.error)")
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    // The tracer is a process of its own, and writes when the node has ended.
    func summaryText() -> String { (try? String(contentsOfFile: summary, encoding: .utf8)) ?? "" }
    try program.until("the summary of strace") { summaryText().hasSuffix("total\n") }
    let lines = summaryText().split(separator: "\n")
    let counted: Set = ["read", "write", "epoll_wait", "epoll_ctl", "accept4", "timerfd_settime"]
    return lines.reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard let name = words.last, counted.contains(String(name)), words.count > 3 else { return sum }
      return sum + (Double(words[3]) ?? 0)
    }
  }

  @Test(
    "that a node counts are those that strace sees, within 2 %",
    .enabled(if: SystemCallTests.strace != nil, "needs strace"))
  func agreement() throws {
    // Twice, so that what a process does once cancels.
    let seen = (try traced(2 * Self.requestCount) - traced(Self.requestCount)) / Double(Self.requestCount)
    let program = try Program([
      "run", Program.root.appending(path: "topologies/chain-1.yaml").path, "--rounds", "1", "--passes", "counting",
      "--json", "-",
    ])
    #expect(try program.wait() == 0, "\(program.error)")
    let document = try #require(JSONSerialization.jsonObject(with: Data(program.out.utf8)) as? [String: Any])
    let pass = try #require((document["counts"] as? [[String: Any]])?.first)
    let node = try #require((pass["nodes"] as? [[String: Any]])?.first)
    guard let counted = node["systemCallsPerRequest"] as? Double else { return }
    #expect(abs(seen / counted - 1) <= 0.02, "strace saw \(seen) per request, the node counted \(counted)")
  }
}
