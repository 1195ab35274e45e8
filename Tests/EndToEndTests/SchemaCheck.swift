// scripts/validate-json, run over a document that the program wrote.

import Foundation
import Testing

enum SchemaCheck {
  /// 0 valid, 1 invalid; nil when no python3 has the module jsonschema.
  static func status(of json: String, schema: String) throws -> Int32? {
    for python in ["python3", "/usr/bin/python3"] {
      let status = try shell(
        "\(python) \(Program.root.path)/scripts/validate-json \(Program.root.path)/docs/schema/\(schema) \(json)")
      if status != 3 && status != 127 { return status }
    }
    return nil
  }

  private static func shell(_ command: String) throws -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] =
      ["/bin/sh", "-c", command].map { (word: String) in strdup(word) } + [nil]
    defer { words.forEach { free($0) } }
    var pid: pid_t = 0
    try #require(posix_spawn(&pid, "/bin/sh", nil, nil, &words, environ) == 0)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return (status >> 8) & 0xff
  }
}
