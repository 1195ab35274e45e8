// What `export kubernetes` writes, held against the schemas of Kubernetes itself and against a golden file, and read by the node
// that it is for.

import Foundation
import Testing

private let validator = Program.root.appending(path: ".build/kubernetes-venv/bin/kubernetes-validate").path

@Suite("An export for Kubernetes")
struct KubernetesTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: "export-\(UUID().uuidString)").path

  private func topology(_ name: String) -> String { Program.root.appending(path: "topologies/\(name).yaml").path }

  private func token() throws -> String {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try (String(repeating: "0123456789abcdef", count: 4) + "\n").write(
      toFile: place + "/token", atomically: true, encoding: .utf8)
    return place + "/token"
  }

  @Test("is the same every time, and what the golden file says; UPDATE_GOLDEN=1 writes that anew")
  func golden() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let words = [
      "export", "kubernetes", topology("resources"), "-o", "-", "--token-file", try token(), "--namespace", "lab",
      "--image", "registry.example/ctxchain:1", "--", "--rounds", "3",
    ]
    let run = try Program.run(words)
    #expect(run.status == 0 && run.error.isEmpty, "\(run.error)")
    #expect(try Program.run(words).out == run.out)
    let file = Program.root.appending(path: "Tests/Fixtures/golden/kubernetes.yaml")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
      try run.out.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let lines = run.out.split(separator: "\n")
    for (line, wanted) in zip(lines, expected) where line != wanted {
      Issue.record("expected \"\(wanted)\", got \"\(line)\"")
      return
    }
    #expect(lines.count == expected.count)
  }

  @Test(
    "of every topology that comes with this program is valid by Kubernetes' own schemas, without a field too many",
    .enabled(if: exists(validator), "kubernetes-validate is missing"))
  func valid() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let token = try token()
    let names = try FileManager.default.contentsOfDirectory(
      atPath: Program.root.appending(path: "topologies").path
    ).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix("scripted-") }
    #expect(names.count > 10)
    for name in names {
      let folder = "\(place)/\(name)"
      let export = try Program.run(
        "export", "kubernetes", topology(String(name.dropLast(5))), "-o", folder, "--token-file", token)
      try #require(export.status == 0, "\(export.error)")
    }
    let check = try Program(
      ["-c", "exec '\(validator)' --strict --quiet '\(place)'/*.yaml/se*.yaml '\(place)'/*.yaml/measurement.yaml"],
      command: "/bin/sh")
    #expect(try check.wait() == 0, "\(check.out)\(check.error)")
    // It does tell what is wrong.
    let file = "\(place)/diamond.yaml/measurement.yaml"
    try String(contentsOfFile: file, encoding: .utf8).replacing("backoffLimit", with: "backofLimit").write(
      toFile: file, atomically: true, encoding: .utf8)
    let wrong = try Program(["--strict", file], command: validator)
    #expect(try wrong.wait() == 1)
  }

  @Test("has a file for each node that a node takes, and a topology that is the one that was exported")
  func taken() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let export = try Program.run("export", "kubernetes", topology("chain-5"), "-o", place, "--services-only")
    #expect(export.status == 0, "\(export.error)")
    let service = try String(contentsOfFile: place + "/service-s5.yaml", encoding: .utf8)
    let block = try #require(
      service.components(separatedBy: "  node.json: |\n").last?.components(separatedBy: "\nkind:")[0])
    let file = place + "/node.json"
    try block.replacing("\"port\" : 7070", with: "\"port\" : 0").write(toFile: file, atomically: true, encoding: .utf8)
    let node = try Program(["node", "--config", file])
    try node.until("the address") { node.out.contains("\n") || node.error.contains("\n") }
    #expect(node.out.hasPrefix("s5 0.0.0.0:"), "\(node.error)")
    node.signal(SIGTERM)
    #expect(try node.wait() == 0)
  }

  @Test("keeps its Secret from others, and shows a token to nobody")
  func secret() throws {
    defer { try? FileManager.default.removeItem(atPath: place) }
    let token = try token()
    let run = try Program.run("export", "kubernetes", topology("chain-1"), "-o", place, "--token-file", token)
    #expect(run.status == 0 && !run.out.contains("0123456789abcdef"))
    let mode = try FileManager.default.attributesOfItem(atPath: place + "/secret.yaml")[.posixPermissions] as? Int
    #expect(mode == 0o600)
    try "0123456789abcdef0123456789abcdex".write(toFile: token, atomically: true, encoding: .utf8)
    let bad = try Program.run("export", "kubernetes", topology("chain-1"), "-o", place, "--token-file", token)
    #expect(bad.status == 2 && !bad.error.contains("0123456789"), "\(bad.error)")
    #expect(bad.error.split(separator: "\n").count == 1 && bad.error.contains("at least 32 hexadecimal digits"))
  }
}
