// A run of a topology that a test writes, and the document that it left.

import Foundation

struct TopologyRun {
  let status: Int32
  let error: String
  let document: ResultDocument

  /// - Parameter arguments: of `run`, behind the topology's file.
  init(_ topology: String, _ arguments: [String]) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString).yaml").path
    defer { for path in [file, file + ".json"] { try? FileManager.default.removeItem(atPath: path) } }
    try topology.write(toFile: file, atomically: true, encoding: .utf8)
    let run = try Program.run(["run", file, "--json", file + ".json"] + arguments)
    (status, error) = (run.status, run.error)
    document = try ResultDocument(path: file + ".json")
  }
}
