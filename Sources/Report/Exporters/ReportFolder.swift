// All forms of a report in one folder, each file whole or not at all; the page that people open comes last. It decides
// what a folder may hold, and measures nothing.

internal import Glibc
package import Results
internal import Statistics

package struct ReportFolder {
  package struct File: Equatable, Sendable {
    /// Below the folder.
    package let name: String
    package let bytes: [UInt8]

    init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }

    init(_ name: String, _ bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  static let histogramFolder = "histograms"
  private static let histogramEndings = [".hgrm", ".hdr"]

  /// Files of numbers that lie beside the page, which links to them.
  static let tableNames = [
    "summary.csv", "trials.csv", "nodes.csv", "stages.csv", "slopes.csv", "fidelity.csv", "semantics.csv", "report.txt",
    "report.md", documentName,
  ]
  private static let documentName = "result.json"
  private static let secondDocumentName = "result-b.json"
  private static let pageName = "index.html"
  /// Every file that some report writes, but for histograms.
  private static let ownNames = Set(tableNames + [secondDocumentName, pageName])

  package let files: [File]

  /// - Parameter document: the bytes that the result was read from.
  package init(_ result: RunResult, document: [UInt8]) {
    // The bootstrap takes most of the time: once for all.
    let summary = RunSummary(result)
    let histograms = result.histograms.filter { !$0.responseTime.isEmpty }
    let named = Array(zip(HistogramFile.names(histograms), histograms))
    let forms: [@Sendable () -> [File]] = [
      { [File(Self.pageName, ReportPage(result, summary).html)] },
      { named.flatMap { Self.files(of: $1, named: $0) } },
      { [File("report.md", MarkdownReport.render(result, summary))] },
      {
        [File("report.txt", AnswerText.render(RunAnswer(result, summary)) + "\n" + TextReport.render(result, summary))]
      },
      { [File("trials.csv", NumberFiles.trials(result)), File("nodes.csv", NumberFiles.nodes(result))] },
      { [File("stages.csv", NumberFiles.stages(result)), File("slopes.csv", NumberFiles.slopes(summary))] },
      {
        let decay = DecayFigures(result: result, summary: summary)
        return [File("summary.csv", NumberFiles.summary(decay)), File("fidelity.csv", NumberFiles.fidelity(result))]
      },
      { [File("semantics.csv", NumberFiles.semantics(result)), File(Self.documentName, document)] },
    ]
    // The page takes longest to make, so it is begun first; it is written last.
    files = AllCPUs.map(forms) { $0() }.reversed().flatMap { $0 }
  }

  /// Of a result of any kind.
  package init(_ document: ReportedDocument) {
    if let run = document.run, document.kind == RunResult.kind {
      self.init(run, document: document.bytes)
    } else {
      self.init(PlainReport(document), documents: [File(Self.documentName, document.bytes)])
    }
  }

  /// Of two runs.
  package init(
    _ a: ReportedDocument, _ b: ReportedDocument, toolVersion: String, commandLine: [String]
  ) throws(NotComparable) {
    self.init(
      try PlainReport(a, b, toolVersion: toolVersion, commandLine: commandLine),
      documents: [File(Self.documentName, a.bytes), File(Self.secondDocumentName, b.bytes)])
  }

  private init(_ report: PlainReport, documents: [File]) {
    files =
      documents + [
        File("report.txt", report.text), File("report.md", report.markdown), File(Self.pageName, report.html),
      ]
  }

  private static func files(of histogram: MergedHistogram, named name: String) -> [File] {
    let buckets = HistogramBuckets(histogram.responseTime)
    return [
      File("\(histogramFolder)/\(name).hgrm", PercentileFile.text(buckets)),
      File("\(histogramFolder)/\(name).hdr", CompressedHistogram.base64(buckets) + "\n"),
    ]
  }

  /// Makes the folder when it is not there. An earlier report in it is replaced, its histograms included; anything else
  /// in it is an error.
  ///
  /// - Parameter isForced: leaves other files where they are, instead of the error.
  package func write(to folder: String, isForced: Bool, calls: FileCalls = FileCalls()) throws(ResultError) {
    try Folder.create(folder)
    let own = Self.ownNames.union([Self.histogramFolder])
    let names = try Folder.names(in: folder)
    if !isForced, let other = names.first(where: { !own.contains($0) && !Self.isTemporary($0) }) {
      throw .folderInUse(path: folder, found: other)
    }
    let kept = Set(files.map(\.name))
    let histograms = folder + "/" + Self.histogramFolder
    if kept.contains(where: { $0.contains("/") }) { try Folder.create(histograms) }
    let earlier = (try? Folder.names(in: histograms)) ?? []
    if !isForced, let other = earlier.first(where: { !Self.isHistogram($0) && !Self.isTemporary($0) }) {
      throw .folderInUse(path: histograms, found: other)
    }
    // A report can be made again, so nothing waits for the disk.
    var calls = calls
    calls.synchronize = { _ in 0 }
    for file in files { try ResultFile.write(file.bytes, to: folder + "/" + file.name, calls: calls) }
    let old =
      names.filter(Self.ownNames.contains) + earlier.filter(Self.isHistogram).map { Self.histogramFolder + "/" + $0 }
    for name in old where !kept.contains(name) { unlink(folder + "/" + name) }
    rmdir(histograms)
  }

  private static func isHistogram(_ name: String) -> Bool { histogramEndings.contains { name.hasSuffix($0) } }

  /// Left behind by a process that was killed while it wrote.
  private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".ctxchain-") && name.hasSuffix(".tmp") }
}
