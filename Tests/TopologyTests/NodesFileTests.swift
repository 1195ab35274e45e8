import Testing
import Topology

/// Files that say where nodes let launchers in.
@Suite("Files of nodes")
struct NodesFileTests {
  private static let topology = """
    version: 1
    entry: a
    services:
      - {name: a, script: [{call: b}, {call: db}]}
      - {name: b, replicas: 2}
      - {name: db, external: "127.0.0.1:9000"}
    """

  private func problem(_ text: String) throws -> String {
    let topology = try parse(Self.topology)
    do throws(TopologyError) {
      _ = try NodesFile.parse(text, name: "n.yaml", for: topology)
      return ""
    } catch {
      #expect(!error.description.contains("\n"))
      return error.description
    }
  }

  @Test("A list has an address for each replica; a name alone has all of them")
  func places() throws {
    let topology = try parse(Self.topology)
    let read = try NodesFile.parse(
      "nodes:\n  a: [10.0.0.1:7071]\n  b: b.default.svc:7071\n", name: "n.yaml", for: topology)
    #expect(
      read == [
        .each([ControlPlace(host: "10.0.0.1", port: 7071)]),
        .named(ControlPlace(host: "b.default.svc", port: 7071)),
        nil,
      ])
  }

  @Test(
    "What is wrong is one line with its place",
    arguments: [
      ("a: [x:1]", "n.yaml:1:1: unknown key \"a\"; known: nodes"),
      ("nodes: [a]", "n.yaml:1:8: nodes: expected a mapping of services, got a list"),
      ("nodes: {a: [x:1]}", "missing service \"b\", which the topology has"),
      ("nodes: {a: [x:1], b: y:1, c: z:1}", "nodes: unknown key \"c\""),
      ("nodes: {a: [x:1], b: y:1, db: z:1}", "nodes: unknown key \"db\""),
      (
        "nodes: {a: [], b: y:1}",
        "nodes.a: expected 1 address, because the topology has 1 replica, got 0"
      ),
      (
        "nodes: {a: [x:1], b: [y:1]}",
        "nodes.b: expected 2 addresses, because the topology has 2 replicas, got 1"
      ),
      (
        "nodes: {a: [x:1, x:2], b: y:1}",
        "nodes.a: expected 1 address, because the topology has 1 replica, got 2"
      ),
      ("nodes: {a: [x], b: y:1}", "nodes.a[0]: expected HOST:PORT"),
      ("nodes: {a: [\"x:0\"], b: y:1}", "nodes.a[0]: expected HOST:PORT"),
      ("nodes: {a: [\"x:65536\"], b: y:1}", "nodes.a[0]: expected HOST:PORT"),
      ("nodes: {a: [\"[::1]:7\"], b: y:1}", "nodes.a[0]: expected HOST:PORT"),
      ("nodes: {a: [\"x/y:7\"], b: y:1}", "nodes.a[0]: expected HOST:PORT"),
      ("nodes: {a: [x:1], b: [y:1, x:1]}", "nodes.b: x:1 is a as well"),
      ("nodes: {a: [x:1], a: [x:2], b: y:1}", "n.yaml:1:19"),
    ])
  func wrong(text: String, expected: String) throws {
    let problem = try problem(text)
    #expect(problem.contains(expected), "\(problem)")
  }
}
