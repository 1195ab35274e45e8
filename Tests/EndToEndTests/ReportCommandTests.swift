// The command `report` as a user runs it, and its page in a real browser.

import Foundation
import Testing

/// Runs shell commands; what is missing on the machine is asked for once.
enum Tools {
  static func run(_ command: String) throws -> (status: Int32, output: String) {
    let stream = try #require(popen(command + " 2>&1", "r"))
    let file = FileHandle(fileDescriptor: fileno(stream), closeOnDealloc: false)
    let output = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    let status = pclose(stream)
    return (status & 0x7f == 0 ? status >> 8 : -1, output)
  }

  static let python = Program.root.appending(path: ".build/test-venv/bin/python").path
  static let hasHistograms = (try? run("'\(python)' -c 'import hdrh'"))?.status == 0
  static let chromium = ["chromium", "chromium-browser", "google-chrome"].first {
    (try? run("command -v \($0)"))?.status == 0
  }
  /// Where pictures of pages are kept for the eye; not in git.
  static let pictures = Program.root.appending(path: ".build/screenshots")
}

@Suite("The command report")
struct ReportCommandTests {
  private static let golden = Program.root.appending(path: "Tests/Fixtures/golden/run-result-2.json")

  private func folder() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "ctxchain-report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url
  }

  /// One short real run for all tests: its JSON on standard output, its tables on standard error.
  private static let run = Result {
    let run = try Program.run(
      "chain", "-n", "3", "--strategies", "baseline,map", "--rounds", "1", "--trial", "250ms", "--json", "-")
    try #require(run.status == 0, "\(run.error)")
    return run
  }

  private func result(in folder: URL) throws -> String {
    let path = folder.appending(path: "run.json")
    try Self.run.get().out.write(to: path, atomically: true, encoding: .utf8)
    return path.path
  }

  @Test("writes every form, names the page, and says the same as the run did")
  func forms() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let output = folder.appending(path: "report")
    let report = try Program.run("report", result(in: folder), "-o", output.path)
    #expect(report.status == 0 && report.error.isEmpty && report.out == output.path + "/index.html\n")
    let text = try String(contentsOf: output.appending(path: "report.txt"), encoding: .utf8)
    // The first screen, then all tables.
    let screen = try #require(text.firstRange(of: "\n\nctxchain ")).lowerBound
    #expect(try Self.run.get().error.contains(text[..<screen]))
    let names = try FileManager.default.contentsOfDirectory(atPath: output.path).sorted()
    #expect(
      names == [
        "fidelity.csv", "histograms", "index.html", "nodes.csv", "report.md", "report.txt", "result.json",
        "semantics.csv", "slopes.csv", "stages.csv", "summary.csv", "trials.csv",
      ])
  }

  @Test("fails with one line when there is nothing to read or nowhere to write")
  func unreachable() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data().write(to: folder.appending(path: "notes.txt"))
    for (arguments, status, part) in [
      (["report", "/nonexistent.json", "-o", folder.path], Int32(2), "/nonexistent.json"),
      (["report", "-o", folder.path], 2, "found none"),
      (["report", Self.golden.path, "-o", "/proc/report"], 1, "/proc/report"),
      (["report", Self.golden.path, "-o", folder.path + "/notes.txt"], 1, "Not a directory"),
      (["report", Self.golden.path, "-o", folder.path], 1, "notes.txt"),
    ] {
      let program = try Program(arguments)
      #expect(try program.wait() == status, "\(program.error)")
      #expect(program.error.contains(part), "\(program.error)")
    }
    #expect(try Program.run("report", Self.golden.path, "-o", folder.path, "--force").status == 0)
  }

  @Test(
    "writes histograms that the public HdrHistogram reads, every line of the percentiles included",
    .enabled(if: Tools.hasHistograms, "needs hdrhistogram of PyPI in .build/test-venv: make test-deps"))
  func histograms() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try Program.run("report", result(in: folder), "-o", folder.path + "/report").status == 0)
    let check = try Tools.run(
      "'\(Tools.python)' '\(Program.root.path)/scripts/check-histograms' '\(folder.path)/report/histograms'")
    // Three arms: closed at three depths, open and single at the largest.
    #expect(check.status == 0 && check.output == "15 equal\n", "\(check.output)")
  }

  @Test(
    "makes a page that a browser shows without an error and without asking for anything",
    .enabled(if: Tools.chromium != nil, "needs chromium: make test-deps"), .timeLimit(.minutes(3)))
  func browser() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try Program.run("report", result(in: folder), "-o", folder.path + "/report").status == 0)
    try FileManager.default.createDirectory(at: Tools.pictures, withIntermediateDirectories: true)
    for (name, option) in [("light", "preferredColorScheme=1"), ("dark", "preferredColorScheme=0")] {
      let picture = Tools.pictures.appending(path: "report-\(name).png")
      try? FileManager.default.removeItem(at: picture)
      let net = folder.appending(path: "net-\(name).json")
      let run = try Tools.run(
        "\(Tools.chromium ?? "") --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run "
          + "--disable-background-networking --disable-component-update --host-resolver-rules='MAP * ~NOTFOUND' "
          + "--user-data-dir='\(folder.path)/profile-\(name)' --enable-logging=stderr --log-net-log='\(net.path)' "
          + "--blink-settings=\(option) --window-size=1200,5200 --screenshot='\(picture.path)' "
          + "'file://\(folder.path)/report/index.html'")
      #expect(run.status == 0, "\(run.output)")
      // Faults of the page, refusals by its own policy among them, are lines of the console.
      #expect(!run.output.contains("CONSOLE"), "\(run.output)")
      let size = (try? FileManager.default.attributesOfItem(atPath: picture.path)[.size] as? Int) ?? 0
      #expect(size > 50_000)
      #expect(try requestsOfPages(net) == [])
    }
    try checkShown(folder)
  }

  /// Addresses that were asked for, but for those that the browser itself asks.
  private func requestsOfPages(_ log: URL) throws -> [String] {
    let text = try String(contentsOf: log, encoding: .utf8)
    let addresses = text.matches(of: /"url":"(https?:\/\/[^"]*)"/).map { String($0.1) }
    return addresses.filter { address in
      let host = URL(string: address)?.host ?? ""
      return !["google.com", "googleapis.com", "gvt1.com"].contains { host == $0 || host.hasSuffix("." + $0) }
    }
  }

  /// What the browser made of the page: all figures, none of them empty.
  private func checkShown(_ folder: URL) throws {
    let dump = try Tools.run(
      "\(Tools.chromium ?? "") --headless=new --no-sandbox --disable-gpu --no-first-run "
        + "--user-data-dir='\(folder.path)/profile' --dump-dom 'file://\(folder.path)/report/index.html'")
    for id in [
      "throughput", "cpu-per-hop", "p50", "cpu-per-request", "context-bytes-per-hop", "added-cpu", "drop", "thresholds",
      "percentiles", "topology",
    ] {
      let figure = dump.output.firstRange(of: "id=\"figure-\(id)\"").map { dump.output[$0.upperBound...] } ?? ""
      let end = figure.firstRange(of: "</figure>")?.lowerBound ?? figure.startIndex
      #expect(figure[..<end].contains("<svg") && figure[..<end].contains("<td"), "\(id)")
    }
  }
}
