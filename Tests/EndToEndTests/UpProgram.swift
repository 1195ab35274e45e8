// A topology that runs: the program `up`, its entry's address, and the counters of its nodes by name.

import Foundation
import Testing

struct UpProgram {
  let program: Program
  let address: String

  /// - Parameter arguments: behind the file.
  init(_ topology: String, _ arguments: [String] = []) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "up-\(UUID().uuidString).yaml")
    try topology.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    try self.init(path: file.path, arguments)
  }

  init(path: String, _ arguments: [String] = []) throws {
    let program = try Program(["up", path] + arguments)
    self.program = program
    try program.until("the address") { program.out.contains("\n") }
    address = try #require(program.out.split(separator: "\n").first?.split(separator: " ").last.map(String.init))
  }

  func counters(_ name: String) throws -> NodeCounters {
    try NodeCounters(pid: try #require(program.children.first { $0.name == name }, "\(name)").pid)
  }

  func until(_ what: String, _ name: String, _ condition: (NodeCounters) -> Bool) throws {
    let pid = try #require(program.children.first { $0.name == name }, "\(name)").pid
    try program.until("\(name) \(what)") { (try? NodeCounters(pid: pid)).map(condition) ?? false }
  }

  /// Ends it; what it said on standard error.
  func end() throws -> String {
    program.signal(SIGINT)
    #expect(try program.wait() == 130)
    return program.error
  }

  /// The client alone; its ledger and exit status.
  func load(_ arguments: [String]) throws -> (status: Int32, ledger: [String: Int]) {
    let json = program.file("load-\(UUID().uuidString).json")
    let load = try Program.run(["load", address, "--json", json] + arguments)
    let trial = try #require(try ResultDocument(path: json).root["trial"] as? [String: Any], "\(load.error)")
    return (load.status, try #require(trial["ledger"] as? [String: Int]))
  }
}
