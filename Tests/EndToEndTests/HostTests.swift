// Nodes that somebody else started are measured as a launcher's own are, and whatever happens to them is told.

import Foundation
import Testing

@Suite("Nodes that run already")
struct HostTests {
  static let chain = """
    version: 1
    entry: a
    defaults: {strategy: value-chain}
    services:
      - {name: a, script: [{call: b}]}
      - {name: b, script: [{call: c}]}
      - {name: c}
    """

  @Test("are measured as the same topology is by a launcher that starts it")
  func sameAsLocal() throws {
    let nodes = try RunningNodes(Self.chain)
    let passes = ["--rounds", "3", "--passes", "fidelity,counting,stages,open", "--json", "r.json"]
    let remote = try Program(nodes.words() + passes)
    #expect(try remote.wait() == 0, "\(remote.error)")
    let local = try Program(["run", nodes.topologyFile] + passes)
    #expect(try local.wait() == 0, "\(local.error)")
    let (there, here) = (
      try ResultDocument(path: remote.file("r.json")),
      try ResultDocument(path: local.file("r.json"))
    )
    try there.expectBalancedLedgers()
    func text(_ value: Any?) throws -> String {
      let data = try JSONSerialization.data(withJSONObject: value as Any, options: .sortedKeys)
      return String(decoding: data, as: UTF8.self)
    }
    for part in ["fidelity", "hopBytes", "topology"] {
      #expect(try text(there.root[part]) == text(here.root[part]), "\(part)")
    }
    for (one, other) in zip(there.list("counts"), here.list("counts")) {
      for (one, other) in zip(one["nodes"] as! [[String: Any]], other["nodes"] as! [[String: Any]]) {
        for key in [
          "service", "deliveriesPerRequest", "allocationsPerRequest", "contextBytesInPerDelivery",
        ] {
          #expect("\(one[key]!)" == "\(other[key]!)", "\(key)")
        }
        // The order to read may come with another in one read, or in two.
        #expect(
          abs(
            (one["systemCallsPerRequest"] as! Double) - (other["systemCallsPerRequest"] as! Double))
            < 0.1)
      }
    }
    #expect(there.list("stages").count == here.list("stages").count)
    for trial in there.trials where trial["phase"] as? String != "pilot" {
      let own = try #require(trial["nodes"] as? [[String: Any]])
      #expect(own.map { $0["service"] as! String } == ["a", "b", "c"])
      #expect(own.allSatisfy { $0["cpuNanoseconds"] as! Int > 0 && $0["deliveries"] as! Int > 0 })
      #expect(
        own.allSatisfy { $0["runQueueWaitNanoseconds"] != nil && $0["voluntarySwitches"] != nil })
    }
    let network = try #require(there.root["network"] as? [String: Any])
    let edges = try #require(network["edges"] as? [[String: Any]])
    #expect(edges.map { "\($0["from"]!)>\($0["to"]!)" } == ["a>b", "b>c"])
    #expect(edges.allSatisfy { $0["roundTripMin"] as! Int > 0 })
    #expect((network["nodes"] as? [[String: Any]])?.count == 3)
    #expect(there.list("memory").count == 3)
    #expect(here.root["network"] == nil)
    #expect(remote.out.contains("a"))
    if let status = try SchemaCheck.status(
      of: remote.file("r.json"), schema: "run-result-2.schema.json")
    {
      #expect(status == 0)
    }
    // Nobody's result and nobody's log has the token.
    for text in [remote.out, remote.error, try text(there.root)] + nodes.nodes.map(\.program.error) {
      #expect(!text.contains(RunningNodes.token))
    }
  }

  @Test("of several workers and replicas take part as well, found by a name that has one address")
  func workers() throws {
    let nodes = try RunningNodes(
      """
      version: 1
      entry: a
      services:
        - {name: a, script: [{call: b}]}
        - {name: b, workers: 2, replicas: 2}
      """)
    var words = try nodes.words()
    // A name that has one address is one replica.
    let port = try #require(nodes.nodes[0].address.split(separator: ":").last)
    let file = nodes.folder.path + "/nodes.yaml"
    let text = try String(contentsOfFile: file, encoding: .utf8)
    try text.replacing("[\(nodes.nodes[0].address)]", with: "localhost:\(port)")
      .write(toFile: file, atomically: true, encoding: .utf8)
    words += ["--rounds", "1", "--passes", "fidelity", "--json", "r.json"]
    let run = try Program(words)
    #expect(try run.wait() == 0, "\(run.error)")
    let result = try ResultDocument(path: run.file("r.json"))
    let deliveries = result.list("workerDeliveries").map { $0["deliveries"] as! [Int] }
    #expect(deliveries.count == 2 && deliveries.allSatisfy { $0.count == 2 && $0.reduce(0, +) > 0 })
  }

  @Test("refuse a launcher without their token, and say who has them")
  func refusals() throws {
    let nodes = try RunningNodes(Self.chain)
    try String(repeating: "f", count: 32).write(
      toFile: nodes.folder.path + "/wrong", atomically: true, encoding: .utf8)
    let wrong = try Program(
      nodes.words(token: "wrong") + ["--rounds", "1", "--passes", "fidelity"])
    #expect(try wrong.wait() == 1)
    #expect(wrong.error.contains("refuses: the token is not this node's"))
    #expect(!wrong.error.contains("ffff"))

    let first = try Program(nodes.words() + ["--rounds", "200", "--passes", "fidelity"])
    try first.until("its nodes") { first.error.contains("3 nodes are there") }
    let second = try Program(nodes.words() + ["--rounds", "1", "--passes", "fidelity"])
    #expect(try second.wait() == 1)
    #expect(second.error.contains("refuses: in use by 127.0.0.1:"))
    #expect(second.error.split(separator: "\n").count { $0.hasPrefix("ctxchain: ") } == 1)
    first.signal(SIGINT)
    #expect(try first.wait() == 130)
    // Its place is free again.
    let third = try Program(nodes.words() + ["--rounds", "1", "--passes", "fidelity"])
    #expect(try third.wait() == 0, "\(third.error)")
  }

  @Test("need a token, and take it from the environment, which then has it no longer")
  func environment() throws {
    let nodes = try RunningNodes(Self.chain)
    let words = Array(try nodes.words().dropLast(2)) + ["--rounds", "60", "--passes", "fidelity"]
    let none = try Program(words)
    #expect(try none.wait() == 2)
    #expect(
      none.error.contains(
        "expected a token in --control-token-file or CTXCHAIN_CONTROL_TOKEN, got none"))
    let run = try Program(
      ["CTXCHAIN_CONTROL_TOKEN=\(RunningNodes.token)", Program.path] + words,
      command: "/usr/bin/env")
    try run.until("its nodes") { run.error.contains("3 nodes are there") }
    #expect(!run.children.isEmpty)
    for pid in [run.pid] + run.children.map(\.pid) {
      for file in ["environ", "cmdline"] {
        // One that has ended meanwhile has nothing to show.
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") else { continue }
        #expect(!String(decoding: data, as: UTF8.self).contains(RunningNodes.token), "\(file)")
      }
    }
    run.signal(SIGINT)
    _ = try run.wait()
  }

  @Test("that restart are waited for and taken back, and the result names them")
  func restarts() throws {
    let nodes = try RunningNodes(Self.chain)
    let run = try Program(
      nodes.words() + ["--rounds", "40", "--passes", "fidelity", "--json", "r.json"])
    try run.until("the first round", seconds: 60) { run.error.contains("round 1 of 40 done") }
    try nodes.kill("b")
    try run.until("the loss") { run.error.contains("was lost") }
    try nodes.restart("b")
    #expect(try run.wait() == 0, "\(run.error)")
    let result = try ResultDocument(path: run.file("r.json"))
    try result.expectBalancedLedgers()
    let settings = try #require(result.root["settings"] as? [String: Any])
    #expect(settings["rounds"] as? Int == 40)
    let network = try #require(result.root["network"] as? [String: Any])
    let returns = (network["nodes"] as! [[String: Any]]).map {
      $0["returns"] as? [[String: Any]] ?? []
    }
    #expect(returns.map(\.count) == [0, 1, 0])
    #expect(returns[1][0]["restarted"] as? Bool == true)
    #expect(
      (result.root["notes"] as! [String]).contains { $0.contains("restarted once, in round") })
    #expect(result.list("failures").isEmpty)
    // What was measured meanwhile is in no figure.
    let invalid = result.trials.filter {
      ($0["validity"] as! [String: Any])["verdict"] as! String == "invalid"
    }
    let lost = invalid.filter { "\($0["validity"]!)".contains("was lost") }
    #expect(lost.allSatisfy { $0["superseded"] as! Bool })
  }

  @Test("that stay away end the run with one line, and with what was measured until then")
  func staysAway() throws {
    let nodes = try RunningNodes(Self.chain)
    let run = try Program(
      nodes.words() + ["--rounds", "1000", "--passes", "fidelity", "--json", "r.json"])
    try run.until("the first round", seconds: 60) { run.error.contains("round 1 of 1000 done") }
    try nodes.kill("c")
    #expect(try run.wait() == 1)
    let complaints = run.error.split(separator: "\n").filter { $0.hasPrefix("ctxchain: ") }
    #expect(
      complaints.count == 1 && complaints[0].contains("c at ") && complaints[0].contains("was lost")
    )
    let result = try ResultDocument(path: run.file("r.json"))
    #expect(!result.trials.isEmpty)
    #expect(result.list("failures").map { $0["service"] as? String } == ["c"])
    // The others go on serving.
    for node in nodes.nodes where node.name != "c" { #expect(kill(node.program.pid, 0) == 0) }
  }

  @Test("close on whoever says anything but a hello, and serve on")
  func hostileBytes() throws {
    let nodes = try RunningNodes(Self.chain)
    let address = nodes.nodes[0].address.split(separator: ":")
    func talk(_ bytes: [UInt8]) throws -> String {
      let client = try ControlClient(port: try #require(UInt16(address[1])))
      client.send(bytes)
      return client.readToEnd()
    }
    #expect(try talk(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)).contains("expected a hello"))
    #expect(try talk(Array(repeating: 120, count: 1 << 20)) == "")
    #expect(try talk(Array(#"{"hello": {"prot"#.utf8)).contains("no hello within 5 s"))
    #expect(try talk([0, 255, 10]).contains("expected a hello"))
    let missing = try talk(Array((#"{"hello":{"protocol":1,"version":"0.1.0"}}"# + "\n").utf8))
    let wrong = try talk(
      Array((#"{"hello":{"protocol":1,"version":"0.1.0","token":"wrong"}}"# + "\n").utf8))
    #expect(missing == wrong && wrong.contains("the token is not this node's"))
    let later = #"{"hello":{"protocol":2,"version":"9","token":"\#(RunningNodes.token)"}}"# + "\n"
    #expect(try talk(Array(later.utf8)).contains("speaks version 1 of the control protocol, not 2"))
    // More strangers than there is room for.
    let crowd = try (0..<40).map { _ in try ControlClient(port: UInt16(address[1])!) }
    let run = try Program(nodes.words() + ["--rounds", "1", "--passes", "fidelity"])
    #expect(try run.wait() == 0, "\(run.error)")
    #expect(crowd.count == 40)
  }
}

/// Whoever finds a control port.
private final class ControlClient {
  private let fd: Int32

  init(port: UInt16) throws {
    fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var limit = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(result == 0)
  }

  deinit { close(fd) }

  func send(_ bytes: [UInt8]) {
    var position = 0
    while position < bytes.count {
      let size = bytes[position...].withUnsafeBytes {
        Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard size > 0 else { return }
      position += size
    }
  }

  func readToEnd() -> String {
    var (text, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
    while case let size = recv(fd, &buffer, buffer.count, 0), size > 0 { text += buffer[..<size] }
    return String(decoding: text, as: UTF8.self)
  }
}
