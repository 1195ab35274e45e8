import Glibc
import Testing
import Topology

@Suite("Reading a topology from a file")
struct TopologyReadingTests {
  private func loadProblem(_ path: String) -> String {
    do throws(TopologyError) {
      _ = try TopologyFile.load(path: path, vocabulary: vocabulary)
      return "no error"
    } catch {
      return error.description
    }
  }

  @Test("A file is read whole, and errors name it as it was named")
  func file() throws {
    try withFolder { folder in
      let path = "\(folder)/good.yaml"
      try write(Array(script("work: 1us").utf8), to: path)
      #expect(try TopologyFile.load(path: path, vocabulary: vocabulary) == parse(script("work: 1us")))
      try write(Array("version: 1\nentry: b\nservices: [{name: a}]".utf8), to: path)
      #expect(loadProblem(path) == "\(path):2:8: entry: unknown service \"b\"; did you mean \"a\"?")
    }
  }

  @Test("What cannot be read says why")
  func unreadable() throws {
    try withFolder { folder in
      #expect(loadProblem("\(folder)/none.yaml") == "\(folder)/none.yaml: cannot be read: No such file or directory")
      #expect(loadProblem(folder) == "\(folder): expected a file, got a directory")
      #expect(loadProblem("") == "cannot be read: No such file or directory")
      try write([], to: "\(folder)/empty.yaml")
      #expect(
        loadProblem("\(folder)/empty.yaml") == "\(folder)/empty.yaml:1:1: expected a topology, got an empty document")
    }
  }

  @Test(
    "Text that is not UTF-8 is told at its first wrong byte",
    arguments: [
      ([0xff, 0xfe, 0x76, 0x00], "1:1"), (Array("version: 1\nentry: ".utf8) + [0xc3, 0x28], "2:8"),
      (Array("é: ".utf8) + [0x80], "1:4"), (Array("a".utf8) + [0xed, 0xa0, 0x80], "1:2"),
    ] as [([UInt8], String)])
  func notUTF8(bytes: [UInt8], place: String) throws {
    try withFolder { folder in
      let path = "\(folder)/x.yaml"
      try write(bytes, to: path)
      #expect(loadProblem(path) == "\(path):\(place): expected UTF-8 text")
    }
  }

  @Test("A file over the limit is refused, one of exactly the limit is read")
  func size() throws {
    try withFolder { folder in
      let path = "\(folder)/large.yaml"
      let text = Array(script("work: 1us").utf8)
      let fill = [UInt8](repeating: UInt8(ascii: "\n"), count: TopologyLimits.fileSizeMax - text.count)
      try write(text + fill, to: path)
      #expect(loadProblem(path) == "no error")
      try write(text + fill + [0x0a], to: path)
      #expect(loadProblem(path) == "\(path): expected at most 4194304 bytes (4MiB), got 4194305 bytes")
      #expect(truncate(path, 10_000_000) == 0)
      #expect(loadProblem(path) == "\(path): expected at most 4194304 bytes (4MiB), got 10000000 bytes")
    }
    let text = String(repeating: "\n", count: TopologyLimits.fileSizeMax + 1)
    #expect(problem(text) == "x.yaml: expected at most 4194304 bytes (4MiB), got 4194305 bytes")
  }

  @Test("An endless file without a size is given up at the limit")
  func endless() {
    #expect(loadProblem("/dev/zero") == "/dev/zero: expected at most 4194304 bytes (4MiB), got more")
  }
}
