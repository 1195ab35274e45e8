// A chain of three in containers, from an export to a report: the image, the names, the files and the readiness of its pods.

import Foundation
import Testing

@Suite(
  "Pods of podman",
  .enabled(if: exists(curl) && Podman.problem == nil, "podman cannot start here: \(Podman.problem ?? "no curl")"),
  .serialized)
struct PodmanTests {
  private let place = FileManager.default.temporaryDirectory.appending(path: "pods-\(UUID().uuidString)").path
  private let network = Podman.prefix + "net"

  /// Plays what an export has written, until `body` has returned.
  ///
  /// - Parameter line: of a shell, before that.
  private func play(_ arguments: [String], before line: String = "true", _ body: () throws -> Void) throws {
    let topology = Program.root.appending(path: "topologies/resources.yaml").path
    let export = try Program.run(
      ["export", "podman", topology, "-o", place, "--prefix", Podman.prefix, "--image", Podman.image] + arguments)
    try #require(export.status == 0, "\(export.error)")
    defer {
      for file in ["pods", "measurement"] { _ = try? Podman.run("podman play kube --down '\(place)/\(file).yaml'") }
      _ = try? Podman.run("podman network rm -f \(network)")
      try? FileManager.default.removeItem(atPath: place)
    }
    try Podman.must("podman network create \(network)")
    try Podman.must(line)
    try Podman.must("podman play kube --network \(network) '\(place)/pods.yaml'")
    try body()
  }

  private func readiness(_ pod: String) throws -> String {
    let address = try Podman.must(
      "podman inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "
        + "$(podman pod inspect --format '{{.InfraContainerID}}' \(Podman.prefix)\(pod))")
    let run = try Program(
      ["-s", "--max-time", "10", "http://\(address.trimmingCharacters(in: .whitespacesAndNewlines)):9464/ready"],
      command: curl)
    _ = try run.wait()
    return run.out
  }

  private func awaitReadiness() throws {
    let end = Date().addingTimeInterval(60)
    for pod in ["front", "middle-0", "middle-1", "back"] {
      while try readiness(pod) != "ready\n" { try #require(Date() < end, "\(pod) is not ready") }
    }
  }

  @Test("find each other, say when they are ready, and answer a load whose log is a report's input")
  func load() throws {
    try play(["--services-only"]) {
      try awaitReadiness()
      let name = Podman.prefix + "load"
      defer { _ = try? Podman.run("podman rm -f \(name)") }
      try Podman.must(
        "podman run --name \(name) --network \(network) --read-only \(Podman.image) load \(Podman.prefix)front:7070 "
          + "--propagator packed --hops 3 -n 3000 --json - --quiet --no-save")
      let log = place + "/log"
      try Podman.must("podman logs \(name) >'\(log)' 2>&1")
      let report = try Program(
        ["-c", "'\(Program.path)' report - -o '\(place)/report' <'\(log)'"], command: "/bin/sh")
      #expect(try report.wait() == 0, "\(report.error)")
      #expect(exists(place + "/report/index.html"))
      let ledger = try #require(
        (try ResultDocument(path: log).root["trial"] as? [String: Any])?["ledger"] as? [String: Int])
      #expect(ledger["completed"] == 3000, "\(ledger)")
      // A pod that is told to end ends well.
      let stopped = try Podman.must(
        "podman pod stop \(Podman.prefix)back; podman inspect --format '{{.State.ExitCode}}' \(Podman.prefix)back-node")
      #expect(stopped.split(separator: "\n").last == "0", "\(stopped)")
    }
  }

  @Test("are measured by a pod that is played beside them, and its log is a report's input")
  func measured() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let token = place + "/token"
    try String(repeating: "0123456789abcdef", count: 4).write(toFile: token, atomically: true, encoding: .utf8)
    let words = ["--rounds", "1", "--passes", "counting,fidelity", "--strategies", "packed,baseline"]
    let secret = Podman.prefix + "ctxchain-control"
    try play(["--token-file", token, "--"] + words, before: "podman secret create \(secret) '\(place)/secret.json'") {
      defer { _ = try? Podman.run("podman secret rm \(secret)") }
      try awaitReadiness()
      try Podman.must("podman play kube --network \(network) '\(place)/measurement.yaml'")
      let name = Podman.prefix + "ctxchain-run-run"
      let status = try Podman.must("podman wait \(name)")
      let log = try Podman.must("podman logs \(name) 2>&1")
      #expect(status == "0\n" && log.hasPrefix("{\n") && log.hasSuffix("}\n"), "\(log.suffix(500))")
      try log.write(toFile: place + "/log", atomically: true, encoding: .utf8)
      let report = try Program(
        ["-c", "'\(Program.path)' report - -o '\(place)/report' <'\(place)/log'"], command: "/bin/sh")
      #expect(try report.wait() == 0, "\(report.error)")
      let result = try ResultDocument(path: place + "/log").root
      let arms = try #require(result["arms"] as? [[String: Any]]).compactMap { $0["name"] as? String }
      #expect(arms == ["packed", "baseline", "baseline′"])
      #expect(!log.contains("0123456789abcdef"))
    }
  }
}
