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

  package let files: [File]

  /// - Parameter document: the bytes that the result was read from.
  package init(_ result: RunResult, document: [UInt8]) {
    // The bootstrap takes most of the time: once for all.
    let summary = RunSummary(result)
    let histograms = result.histograms.filter { !$0.responseTime.isEmpty }
    let named = Array(zip(HistogramFile.names(histograms), histograms))
    let forms: [@Sendable () -> [File]] = [
      { [File("index.html", ReportPage(result, summary).html)] },
      { named.flatMap { Self.files(of: $1, named: $0) } },
      { [File("report.md", MarkdownReport.render(result, summary))] },
      { [File("report.txt", TextReport.render(result, summary))] },
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
    let own = Set(files.map(\.name).filter { !$0.contains("/") } + [Self.histogramFolder])
    let names = try Self.names(in: folder)
    if !isForced, let other = names.first(where: { !own.contains($0) && !Self.isTemporary($0) }) {
      throw .folderInUse(path: folder, found: other)
    }
    let histograms = folder + "/" + Self.histogramFolder
    try Folder.create(histograms)
    let earlier = try Self.names(in: histograms)
    if !isForced, let other = earlier.first(where: { !Self.isHistogram($0) && !Self.isTemporary($0) }) {
      throw .folderInUse(path: histograms, found: other)
    }
    // A report can be made again, so nothing waits for the disk.
    var calls = calls
    calls.synchronize = { _ in 0 }
    for file in files { try ResultFile.write(file.bytes, to: folder + "/" + file.name, calls: calls) }
    let kept = Set(files.map(\.name))
    for name in earlier where Self.isHistogram(name) && !kept.contains("\(Self.histogramFolder)/\(name)") {
      unlink(histograms + "/" + name)
    }
  }

  private static func isHistogram(_ name: String) -> Bool { histogramEndings.contains { name.hasSuffix($0) } }

  /// Left behind by a process that was killed while it wrote.
  private static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".ctxchain-") && name.hasSuffix(".tmp") }

  private static func names(in folder: String) throws(ResultError) -> [String] {
    guard let stream = opendir(folder) else { throw .cannotWrite(path: folder, problem: errorText(errno)) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
