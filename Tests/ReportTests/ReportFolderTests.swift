import Foundation
import Glibc
import Results
import Testing

import Report

@Suite("The folder of a report")
struct ReportFolderTests {
  private let report = ReportFolder(ExampleRun.typical(rounds: 1, depths: [1]), document: [])

  private func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test("holds every form, made with the folders above it")
  func forms() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new/report/"
    try report.write(to: path, isForced: false)
    #expect(
      names(path) == [
        "fidelity.csv", "histograms", "index.html", "nodes.csv", "report.md", "report.txt", "result.json",
        "semantics.csv",
        "slopes.csv", "stages.csv", "summary.csv", "trials.csv",
      ])
    let histograms = names(path + "histograms")
    #expect(histograms.count == 2 * 2 * ExampleRun.kinds.count && histograms.contains("map-depth-1-open.hgrm"))
    #expect(report.files.last?.name == "index.html")
    for file in report.files {
      #expect(try [UInt8](Data(contentsOf: URL(filePath: path + file.name))) == file.bytes)
    }
  }

  @Test("is replaced by a later report, old histograms included")
  func replaced() throws {
    let folder = try TemporaryFolder()
    try ReportFolder(ExampleRun.typical(rounds: 1, depths: [1, 2]), document: []).write(
      to: folder.path, isForced: false)
    try report.write(to: folder.path, isForced: false)
    #expect(!names(folder.path + "/histograms").contains { $0.contains("depth-2") })
  }

  @Test("is refused when it holds anything else, unless forced; then that stays")
  func foreign() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", to: "notes.txt")
    #expect(throws: ResultError.folderInUse(path: folder.path, found: "notes.txt")) {
      try report.write(to: folder.path, isForced: false)
    }
    #expect(names(folder.path) == ["notes.txt"])
    try report.write(to: folder.path, isForced: true)
    #expect(try folder.text(of: "notes.txt") == "mine" && names(folder.path).contains("index.html"))
  }

  @Test("cannot be a file, lie in one, or have no name")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "file")
    for path in [folder.path + "/file", folder.path + "/file/report", "", "/proc/no/report"] {
      let error = #expect(throws: ResultError.self) { try report.write(to: path, isForced: false) }
      #expect(error.map { "\($0)" }?.contains("cannot write") == true)
    }
    #expect(names(folder.path) == ["file"])
  }

  @Test("keeps the earlier page, and no half of a file, when the disk is full")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    try report.write(to: folder.path, isForced: false)
    let before = try folder.text(of: "index.html")
    var calls = FileCalls()
    calls.write = { file, bytes, count in
      guard count > 20_000 else { return Glibc.write(file, bytes, count) }
      errno = ENOSPC
      return -1
    }
    let later = ReportFolder(ExampleRun.withOpenTrials(rounds: 4), document: [])
    let error = #expect(throws: ResultError.self) { try later.write(to: folder.path, isForced: false, calls: calls) }
    #expect(error.map { "\($0)" }?.contains("No space left on device") == true)
    #expect(try folder.text(of: "index.html") == before)
    #expect(!names(folder.path).contains { $0.hasPrefix(".") })
  }
}
