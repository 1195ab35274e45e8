// podman as a test uses it: every call with a limit, an image of the program that is tested, and names that are nobody else's.

import Foundation
import Testing

enum Podman {
  /// Of this run of the tests.
  static let prefix = "ctx-\(UUID().uuidString.prefix(8).lowercased())-"
  static let image = "localhost/\(prefix)image:test"

  /// Why no container can be had here; nil where one could.
  static let problem: String? = {
    guard exists("/usr/bin/podman"), exists("/usr/bin/buildah"), exists("/usr/sbin/runc"), getuid() == 0 else {
      return "podman, buildah or runc is missing, or this is not root"
    }
    do {
      let made = try run("'\(Program.root.path)/scripts/make-image' '\(Program.folder.path)' \(image)")
      guard made.status == 0 else { return "no image can be made: \(made.output.suffix(200))" }
      atexit { _ = try? Podman.run("podman rmi -f \(Podman.image)") }
      let version = try run("podman run --rm \(image) --version")
      return version.status == 0 ? nil : "no container can be started: \(version.output.suffix(200))"
    } catch {
      return "\(error)"
    }
  }()

  /// A line of a shell; podman without systemd, and with limits that a machine may have that is a container itself.
  static func run(_ line: String, seconds: Int = 120) throws -> (status: Int32, output: String) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "podman-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = folder + "/containers.conf"
    try """
    [containers]
    default_ulimits = ["nofile=20000:20000", "nproc=1024:1024"]
    [engine]
    runtime = "runc"
    cgroup_manager = "cgroupfs"
    events_logger = "file"
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let program = try Program(
      ["-k", "10", "\(seconds)", "sh", "-c", "export CONTAINERS_CONF='\(file)'; \(line)"], command: "/usr/bin/timeout")
    let status = try program.wait(seconds: Double(seconds) + 30)
    return (status, program.out + program.error)
  }

  /// Done, or the test has failed.
  @discardableResult
  static func must(_ line: String, seconds: Int = 120) throws -> String {
    let (status, output) = try run(line, seconds: seconds)
    try #require(status == 0, "\(line): \(output)")
    return output
  }
}
