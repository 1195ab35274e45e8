// What the help says, done as it says it.

import Foundation
import Testing

@Suite("Help")
struct HelpTests {
  /// The example's line as an 80-column terminal shows it, the word `Example:` left out.
  private func example(of command: String) throws -> String {
    let program = try Program(
      ["-c", "COLUMNS=80 exec \"$0\" \"$@\"", Program.path]
        + command.split(separator: " ").map(String.init) + ["--help"],
      command: "/bin/sh")
    #expect(try program.wait() == 0)
    let lines = program.out.split(separator: "\n").filter { $0.contains("Example: ") }
    #expect(lines.count == 1, "\(program.out)")
    return String(try #require(lines.first).split(separator: "Example: ", maxSplits: 1).last!)
  }

  /// A folder that holds what examples name, and the program under its name; what they write lands there.
  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "help-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["topologies", "docs"] {
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: name), withDestinationURL: Program.root.appending(path: name))
    }
    try FileManager.default.createSymbolicLink(
      at: folder.appending(path: "ctxchain"), withDestinationURL: URL(filePath: Program.path))
    return folder
  }

  /// The line, pasted into a shell in that folder.
  private func paste(_ line: String, in folder: URL) throws -> Program {
    try Program(["-c", "cd '\(folder.path)' && PATH=\"$PWD:$PATH\" && exec \(line)"], command: "/bin/sh")
  }

  @Test(
    "Every example works as an 80-column terminal shows it",
    arguments: [
      "", "chain", "run", "compare", "capacity", "selftest", "calibrate", "validate", "up", "node", "profile",
      "semantics", "lab", "lab race", "lab leak", "lab pressure", "export", "export kubernetes", "export podman",
    ])
  func examples(command: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Some other program may hold the port that the help names.
    let line = try example(of: command).replacing("--port 7070", with: "--port 0")
    let program = try paste(line, in: folder)
    if ["up", "node"].contains(command) {
      try program.until("the address") { program.out.contains(" 127.0.0.1:") || program.error.contains("ctxchain") }
      program.signal(SIGTERM)
      #expect(try program.wait() == (command == "up" ? 143 : 0), "\(program.error)")
      #expect(program.out.contains(" 127.0.0.1:"), "\(program.error)")
    } else {
      let status = try program.wait()
      // A machine that is busy with other tests may not hold the rate of the example, or judge one, and is told so.
      let isBusy = command == "lab pressure" || program.error.contains("the machine was busy")
      #expect(status == 0 || (status == 4 && isBusy), "\(line): \(program.error)")
    }
  }

  @Test("The example of load drives what the example of up starts")
  func load() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let up = try paste(try example(of: "up").replacing("--port 7070", with: "--port 0"), in: folder)
    try up.until("the address") { up.out.contains("\n") }
    let address = try #require(up.out.split(separator: "\n").first?.split(separator: " ").last)
    let line = try example(of: "load")
    #expect(line.contains("127.0.0.1:7070"))
    let load = try paste(line.replacing("127.0.0.1:7070", with: address), in: folder)
    #expect(try load.wait() == 0, "\(load.error)")
  }

  @Test("The top-level help lists the commands, but not the hidden one")
  func list() throws {
    let run = try Program.run("--help")
    #expect(run.status == 0)
    for command in [
      "chain", "run", "compare", "capacity", "selftest", "calibrate", "load", "validate", "up", "semantics", "lab",
      "export",
    ] {
      #expect(run.out.contains("\n  \(command) "))
    }
    #expect(!run.out.contains("\n  node "))
  }
}
