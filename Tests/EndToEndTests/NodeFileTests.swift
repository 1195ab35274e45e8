// A node that runs by itself, with its configuration from a file: it serves what a topology may hold and refuses the
// rest by name.

import Foundation
import Testing

@Suite("A node from a file")
struct NodeFileTests {
  private static let document = """
    {"callees": [{"service": 1, "name": "b", "addresses": [{"host": "127.0.0.1", "port": 9}]}],
     "configuration": {"host": "127.0.0.1", "port": 0, "layer": 1, "replica": 0, "seed": 1, "service": {
       "name": "a", "replicas": 1, "workers": 1, "strategy": "packed", "store": "packed", "contextWork": true,
       "keysPerLayer": 3, "growth": "shadow", "responseSize": 128, "errorRate": 0,
       "script": [
         {"set": [{"key": "region", "value": "eu"}]}, {"work": {"fixedNanoseconds": 1000}},
         {"sleep": {"exponentialMeanNanoseconds": 1000}},
         {"parallel": [{"service": 1, "payloadSize": 128, "timeoutNanoseconds": 0, "probability": 1, "retries": 0,
           "propagator": "packed", "transport": "frame", "dropsContext": false}]}]}}}
    """

  private func node(_ text: String) throws -> Program {
    let file = FileManager.default.temporaryDirectory.appending(path: "node-\(UUID().uuidString).json")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = try Program(["node", "--config", file.path])
    // The file is read before the node listens or gives up.
    try program.until("the address or the error") { program.out.contains("\n") || program.error.contains("\n") }
    return program
  }

  @Test("serves requests without a launcher, and ends with status 0 when SIGTERM finds nothing left to answer")
  func serves() throws {
    let alone = NodeFileTests.document.replacing(
      /\{"parallel".*\}\]\}\]/.dotMatchesNewlines(), with: "{\"set\": [{\"key\": \"zone\", \"value\": 4}]}]"
    )
    .replacing(/\[\{"service": 1, "name".*?\]\}\]/, with: "[]")
    let program = try node(alone)
    let address = try #require(program.out.split(separator: "\n").first?.split(separator: " ").last, "\(program.error)")
    let load = try Program.run("load", String(address), "--propagator", "packed", "-n", "100", "--hops", "1")
    #expect(load.status == 0, "\(load.error)")
    program.signal(SIGTERM)
    #expect(try program.wait() == 0)
  }

  @Test(
    "refuses a value out of range with status 2 and one line that names the field",
    arguments: [
      (#""name": "a""#, #""name": "A b""#, "configuration.service.name"),
      (#""replicas": 1"#, #""replicas": 65"#, "configuration.service.replicas"),
      (#""workers": 1"#, #""workers": 0"#, "configuration.service.workers"),
      (#""workers": 1"#, #""workers": 65"#, "configuration.service.workers"),
      (#""store": "packed""#, #""store": "pakced""#, "configuration.service.store"),
      (#""keysPerLayer": 3"#, #""keysPerLayer": 65"#, "configuration.service.keysPerLayer"),
      (#""keysPerLayer": 3"#, #""keysPerLayer": -1"#, "configuration.service.keysPerLayer"),
      (#""growth": "shadow""#, #""growth": "wild""#, "configuration.service.growth"),
      (#""responseSize": 128"#, #""responseSize": -1"#, "configuration.service.responseSize"),
      (#""responseSize": 128"#, #""responseSize": 8388609"#, "configuration.service.responseSize"),
      (#""errorRate": 0"#, #""errorRate": 1.01"#, "configuration.service.errorRate"),
      (#""errorRate": 0"#, #""errorRate": -0.01"#, "configuration.service.errorRate"),
      (#""key": "region""#, #""key": "Region""#, "configuration.service.script[0].set[0].key"),
      (#""key": "region""#, #""key": "user""#, "configuration.service.script[0].set[0].value"),
      (#""value": "eu""#, #""value": "\#(String(repeating: "x", count: 4097))""#, "script[0].set[0].value"),
      (#""fixedNanoseconds": 1000"#, #""fixedNanoseconds": -1"#, "script[1].work.fixedNanoseconds"),
      (
        #""exponentialMeanNanoseconds": 1000"#, #""exponentialMeanNanoseconds": 3600000000001"#,
        "script[2].sleep.exponentialMeanNanoseconds"
      ),
      (#""payloadSize": 128"#, #""payloadSize": 8388609"#, "script[3].parallel[0].payloadSize"),
      (#""timeoutNanoseconds": 0"#, #""timeoutNanoseconds": -5"#, "script[3].parallel[0].timeoutNanoseconds"),
      (#""probability": 1"#, #""probability": 2"#, "script[3].parallel[0].probability"),
      (#""retries": 0"#, #""retries": 17"#, "script[3].parallel[0].retries"),
      (#""propagator": "packed""#, #""propagator": "packed,baggage""#, "script[3].parallel[0].propagator"),
      (#""propagator": "packed""#, #""propagator": "tracecontext, baggage""#, "script[3].parallel[0].propagator"),
      (#""transport": "frame""#, #""transport": "quic""#, "script[3].parallel[0].transport"),
      (#"[{"service": 1, "payloadSize""#, #"[{"service": 7, "payloadSize""#, "callees"),
      (#""port": 9"#, #""port": 0"#, "callees[0].addresses[0].port"),
      (#"[{"host": "127.0.0.1", "port": 9}]"#, "[]", "callees[0].addresses"),
      (#""name": "b", "#, #""name": "b", "replicas": 65, "#, "callees[0].replicas"),
      (#""layer": 1"#, #""layer": 0"#, "configuration.layer"),
      (#""replica": 0"#, #""replica": -1"#, "configuration.replica"),
      (#""replica": 0, "#, "", "replica"),
    ])
  func refuses(old: String, new: String, field: String) throws {
    let text = NodeFileTests.document.replacingOccurrences(of: old, with: new)
    #expect(text != NodeFileTests.document)
    let program = try node(text)
    #expect(try program.wait() == 2, "\(program.error)")
    #expect(program.error.contains(field), "\(program.error)")
    #expect(program.error.split(separator: "\n").count == 1)
  }
}
