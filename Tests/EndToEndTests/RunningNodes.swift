// Nodes that run before a launcher comes: each started by itself from a file, with a control port, on this machine or in a
// network namespace.

import Foundation
import Testing

/// What the tests of nodes on several hosts share. Everything ends with it.
final class RunningNodes {
  static let token = "0123456789abcdef0123456789abcdef"

  /// One node.
  final class Node {
    let name: String
    let replica: Int
    fileprivate let file: String
    fileprivate let host: TestHost?
    fileprivate(set) var program: Program
    /// Of its control port.
    fileprivate(set) var address: String

    fileprivate init(
      name: String, replica: Int, file: String, host: TestHost?, program: Program, address: String
    ) {
      self.name = name
      self.replica = replica
      self.file = file
      self.host = host
      self.program = program
      self.address = address
    }
  }

  let folder: URL
  private(set) var nodes: [Node] = []
  /// As a local run has the topology.
  let topology: [String: Any]
  let topologyFile: String

  /// Starts a node for each replica of a topology.
  ///
  /// - Parameter hosts: that take the nodes by turns; empty: this machine.
  init(_ text: String, on hosts: [TestHost] = []) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "nodes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    topologyFile = folder.appending(path: "topology.yaml").path
    try text.write(toFile: topologyFile, atomically: true, encoding: .utf8)
    try (Self.token + "\n").write(toFile: folder.path + "/token", atomically: true, encoding: .utf8)
    let local = try Program([
      "run", topologyFile, "--rounds", "1", "--passes", "fidelity", "--json", "r.json",
    ])
    try #require(try local.wait() == 0, "\(local.error)")
    topology = try #require(
      ResultDocument(path: local.file("r.json")).root["topology"] as? [String: Any])
    for (index, service) in services.enumerated() {
      for replica in 0..<(service["replicas"] as? Int ?? 1) {
        let host = hosts.isEmpty ? nil : hosts[nodes.count % hosts.count]
        try start(index, service, replica, host)
      }
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private var services: [[String: Any]] { topology["services"] as? [[String: Any]] ?? [] }

  private func start(_ index: Int, _ service: [String: Any], _ replica: Int, _ host: TestHost?)
    throws
  {
    let name = try #require(service["name"] as? String)
    let address = host?.address ?? "127.0.0.1"
    let configuration: [String: Any] = [
      "host": address, "port": 0, "layer": index + 1, "replica": replica, "seed": index + 1,
      "service": service,
    ]
    // Nobody is there yet: the launcher says who is.
    let callees: [[String: Any]] = try calleeIndices(of: service).map {
      [
        "service": $0, "name": try #require(services[$0]["name"]),
        "addresses": [["host": "127.0.0.1", "port": 9]],
      ]
    }
    let file = folder.appending(path: "\(name)-\(replica).json").path
    let document: [String: Any] = ["configuration": configuration, "callees": callees]
    try JSONSerialization.data(withJSONObject: document).write(to: URL(filePath: file))
    let (program, control) = try spawn(file, host, at: "\(address):0")
    nodes.append(
      Node(name: name, replica: replica, file: file, host: host, program: program, address: control)
    )
  }

  private func calleeIndices(of service: [String: Any]) -> [Int] {
    let steps = service["script"] as? [[String: Any]] ?? []
    let calls = steps.flatMap { step in
      (step["call"] as? [String: Any]).map { [$0] } ?? step["parallel"] as? [[String: Any]] ?? []
    }
    return Set(calls.compactMap { $0["service"] as? Int }).sorted()
  }

  private func spawn(_ file: String, _ host: TestHost?, at control: String) throws -> (
    Program, String
  ) {
    let words = [
      "node", "--config", file, "--control", control, "--control-token-file",
      folder.path + "/token",
    ]
    let program = try host.map { try $0.start(words) } ?? Program(words)
    try program.until("its control port") {
      program.error.contains("controlled at ") && program.out.contains("\n")
    }
    let address = program.error.split(separator: "\n").compactMap { line in
      line.hasPrefix("controlled at ") ? line.split(separator: " ").last.map(String.init) : nil
    }.first
    return (program, try #require(address))
  }

  /// Ends a node as a crash does.
  func kill(_ name: String) throws {
    for node in nodes where node.name == name {
      node.program.signal(SIGKILL)
      _ = try node.program.wait()
    }
  }

  /// Starts it anew where launchers know it.
  func restart(_ name: String) throws {
    for node in nodes where node.name == name {
      (node.program, node.address) = try spawn(node.file, node.host, at: node.address)
    }
  }

  /// The words that measure them.
  func words(token: String = "token") throws -> [String] {
    let names = nodes.reduce(into: [String]()) { if !$0.contains($1.name) { $0.append($1.name) } }
    let lines = names.map { name in
      "  \(name): [\(nodes.filter { $0.name == name }.map(\.address).joined(separator: ", "))]\n"
    }
    let file = folder.path + "/nodes.yaml"
    try ("nodes:\n" + lines.joined()).write(toFile: file, atomically: true, encoding: .utf8)
    return [
      "run", topologyFile, "--nodes", file, "--control-token-file", "\(folder.path)/\(token)",
    ]
  }
}
