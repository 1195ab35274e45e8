// What a person at a terminal sees: the program behind a pseudo terminal, and its output drawn as a terminal draws it.

import Foundation
import Testing

@Suite("The live view at a terminal")
struct LiveViewTests {
  private static let arguments = [
    "chain", "-n", "2", "--strategies", "baseline,packed", "--passes", "open", "--rounds", "2",
  ]

  /// - Parameter setting: words of a shell before the program, such as assignments.
  private func start(_ terminal: Terminal, _ setting: String = "NO_COLOR= TERM=xterm", rounds: Int = 2) throws
    -> Program
  {
    let script = "stty cols 70 rows 20 <&2; \(setting) exec \"$0\" \"$@\""
    return try Program(
      ["-c", script, Program.path] + LiveViewTests.arguments.dropLast() + ["\(rounds)"], command: "/bin/sh",
      errorFD: terminal.program)
  }

  private func finish(_ program: Program, _ terminal: Terminal) throws -> Int32 {
    var status: Int32?
    // The terminal holds little: it must be read while the program runs.
    while status == nil {
      terminal.read()
      status = try? program.wait(seconds: 0.05)
    }
    terminal.read()
    return status!
  }

  @Test("It is drawn in place: at the end each arm stands there once, and nothing is wider than the terminal")
  func drawn() throws {
    let terminal = try Terminal()
    let program = try start(terminal)
    #expect(try finish(program, terminal) == 0)
    let screen = terminal.screen
    let drawings = terminal.bytes.indices.count { terminal.bytes[$0...].starts(with: Array("\u{1B}[J".utf8)) }
    // Before each block, of which each of 2 rounds has 5.
    #expect(drawings > 10)
    for word in ["arm ", "baseline ", "baseline′ ", "packed "] {
      #expect(screen.count { $0.hasPrefix(word) } == 1, "\(word): \(screen)")
    }
    #expect(screen.contains { $0.hasPrefix("round 2 of 2 ") }, "\(screen)")
    #expect(screen.allSatisfy { $0.count <= 70 }, "\(screen)")
    #expect(terminal.text.contains("\u{1B}[1m"))
    // No other screen, no hidden cursor, no mode that stays.
    #expect(!terminal.text.contains("\u{1B}[?"))
    #expect(program.out.contains("at depth 2"))
    #expect(!program.out.contains("\u{1B}"))
  }

  @Test("NO_COLOR leaves the drawing and takes the colour")
  func noColor() throws {
    let terminal = try Terminal()
    let program = try start(terminal, "NO_COLOR=1 TERM=xterm", rounds: 1)
    #expect(try finish(program, terminal) == 0)
    #expect(terminal.text.contains("\u{1B}[J"))
    #expect(!terminal.text.contains("\u{1B}[1m") && !terminal.text.contains("\u{1B}[0m"))
  }

  @Test("A terminal that cannot be drawn on gets plain lines", arguments: ["TERM=dumb", "TERM="])
  func dumb(setting: String) throws {
    let terminal = try Terminal()
    let program = try start(terminal, setting, rounds: 1)
    #expect(try finish(program, terminal) == 0)
    #expect(!terminal.text.contains("\u{1B}"))
    #expect(terminal.text.contains("round 1 of 1 done"))
  }

  @Test("Ctrl-C leaves the cursor below what was drawn, and no process")
  func interrupted() throws {
    let terminal = try Terminal()
    let program = try start(terminal, rounds: 100)
    try program.until("the first round", seconds: 60) {
      terminal.read()
      return terminal.text.contains("round 1 of 100 done")
    }
    program.signal(SIGINT)
    #expect(try finish(program, terminal) == 130)
    #expect(terminal.text.hasSuffix("\r\n\u{1B}[J"))
    #expect(program.children.isEmpty)
  }

  @Test("Where standard error is a file there is no escape sequence")
  func file() throws {
    let run = try Program.run(LiveViewTests.arguments.dropLast() + ["1"])
    #expect(run.status == 0)
    #expect(!run.error.contains("\u{1B}") && !run.error.contains("\r"))
    #expect(run.error.contains("round 1 of 1 done"))
  }
}

// Glibc's module leaves them out.
@_silgen_name("posix_openpt") private func posix_openpt(_ flags: Int32) -> Int32
@_silgen_name("grantpt") private func grantpt(_ fd: Int32) -> Int32
@_silgen_name("unlockpt") private func unlockpt(_ fd: Int32) -> Int32
@_silgen_name("ptsname") private func ptsname(_ fd: Int32) -> UnsafeMutablePointer<CChar>?

/// A pseudo terminal, and what was written to it.
final class Terminal {
  /// The program's end.
  let program: Int32
  private let own: Int32
  private(set) var bytes: [UInt8] = []

  init() throws {
    own = posix_openpt(O_RDWR | O_NOCTTY)
    try #require(own >= 0 && grantpt(own) == 0 && unlockpt(own) == 0)
    program = open(String(cString: try #require(ptsname(own))), O_RDWR | O_NOCTTY)
    try #require(program >= 0)
    _ = fcntl(own, F_SETFL, O_NONBLOCK)
    for fd in [own, program] { _ = fcntl(fd, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(own)
    close(program)
  }

  /// Takes what is there.
  func read() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let size = Glibc.read(own, &buffer, buffer.count)
      guard size > 0 else { return }
      bytes += buffer.prefix(size)
    }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The lines that stand there in the end, of the sequences that the program uses.
  var screen: [String] {
    var lines: [[Character]] = [[]]
    var (row, column) = (0, 0)
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        row += 1
        if row == lines.count { lines.append([]) }
      case "\u{1B}":
        let digits = rest.dropFirst().prefix { $0.properties.numericType != nil }
        let number = Int(String(String.UnicodeScalarView(digits))) ?? 0
        rest = rest.dropFirst(1 + digits.count)
        switch rest.popFirst() {
        case "A": row = max(0, row - number)
        case "K": lines[row] = Array(lines[row].prefix(column))
        case "J": lines = Array(lines.prefix(row)) + [Array(lines[row].prefix(column))]
        default: break
        }
      default:
        while lines[row].count <= column { lines[row].append(" ") }
        lines[row][column] = Character(scalar)
        column += 1
      }
    }
    return lines.map { String($0) }
  }
}
