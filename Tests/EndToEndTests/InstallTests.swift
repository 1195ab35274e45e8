// What `make install` puts on a machine, and that it runs there.

import Foundation
import Testing

@Suite("An installed program")
struct InstallTests {
  private static let script = Program.root.appending(path: "scripts/install-program").path

  private func files(under folder: URL) -> [String] {
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return found.filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: folder.appending(path: name).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    }.sorted()
  }

  @Test(
    "runs from anywhere, has a manual page for every command and completions for three shells, and goes without a trace"
  )
  func install() throws {
    let prefix = FileManager.default.temporaryDirectory.appending(path: "ctxchain-install-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: prefix) }
    let build = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let other = prefix.appending(path: "share/man/man1/other.1")
    try FileManager.default.createDirectory(at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "another's".write(to: other, atomically: true, encoding: .utf8)

    // Twice: what is there already is replaced.
    for _ in 1...2 {
      let run = try Tools.run("'\(Self.script)' '\(build)' '\(prefix.path)'")
      #expect(run.status == 0 && run.output.contains("installed 0.1.0 in \(prefix.path)"), "\(run.output)")
    }
    let installed = Set(files(under: prefix))
    let commands = ["chain", "run", "compare", "load", "up", "report", "validate"]
    for name in commands.map({ "share/man/man1/ctxchain-\($0).1" }) + [
      "bin/ctxchain", "lib/ctxchain/ctxchain", "lib/ctxchain/libctxchain-arc.so", "share/man/man1/ctxchain.1",
      "share/bash-completion/completions/ctxchain", "share/zsh/site-functions/_ctxchain",
      "share/fish/vendor_completions.d/ctxchain.fish", "share/ctxchain/topologies/diamond.yaml",
      "share/ctxchain/schema/run-result-2.schema.json",
    ] {
      #expect(installed.contains(name), "\(name)")
    }

    let chain = try Tools.run(
      "cd / && '\(prefix.path)/bin/ctxchain' run '\(prefix.path)/share/ctxchain/topologies/chain-1.yaml' --rounds 1 "
        + "--passes counting --no-save")
    // Retains are counted by the library that lies beside the program.
    #expect(chain.status == 0 && !chain.output.contains("libctxchain-arc.so"), "\(chain.output)")
    let completion = try Tools.run("bash -n '\(prefix.path)/share/bash-completion/completions/ctxchain'")
    #expect(completion.status == 0, "\(completion.output)")

    let removal = try Tools.run("'\(Self.script)' --remove '\(prefix.path)'")
    #expect(removal.status == 0 && files(under: prefix) == ["share/man/man1/other.1"], "\(files(under: prefix))")
  }

  @Test("is not put in another's place")
  func occupied() throws {
    let prefix = FileManager.default.temporaryDirectory.appending(path: "ctxchain-install-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: prefix) }
    let other = prefix.appending(path: "bin/ctxchain")
    try FileManager.default.createDirectory(at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "another's".write(to: other, atomically: true, encoding: .utf8)
    let build = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let run = try Tools.run("'\(Self.script)' '\(build)' '\(prefix.path)'")
    #expect(run.status == 1 && run.output.contains("bin/ctxchain is something else"), "\(run.output)")
    _ = try Tools.run("'\(Self.script)' --remove '\(prefix.path)'")
    #expect(files(under: prefix) == ["bin/ctxchain"])

    // Nor is a folder that it has not made.
    let mine = prefix.appending(path: "lib/ctxchain/mine")
    try FileManager.default.removeItem(at: other)
    try FileManager.default.createDirectory(at: mine.deletingLastPathComponent(), withIntermediateDirectories: true)
    try "mine".write(to: mine, atomically: true, encoding: .utf8)
    for argument in [build, "--remove"] {
      let run = try Tools.run("'\(Self.script)' '\(argument)' '\(prefix.path)'")
      #expect(run.status == 1 && run.output.contains("lib/ctxchain is something else"), "\(run.output)")
    }
    #expect(files(under: prefix) == ["lib/ctxchain/mine"])
  }

  @Test(
    "has manual pages that groff reads without a warning", .enabled(if: exists("/usr/bin/groff"), "groff is missing"))
  func manual() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "ctxchain-man-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let script = Program.root.appending(path: "scripts/man-pages").path
    let run = try Tools.run(
      "'\(script)' '\(Program.path)' '\(folder.path)' && cd '\(folder.path)' && "
        + "{ groff -man -Tutf8 -ww *.1 2>warnings.txt >text.txt; cat warnings.txt; }"
    )
    #expect(run.status == 0 && run.output.isEmpty, "\(run.output)")
    let text = try String(contentsOf: folder.appending(path: "text.txt"), encoding: .utf8)
    #expect(text.contains("ctxchain-compare") && text.contains("−"), "\(text.prefix(500))")
  }
}
