// A bench's result for people. Made from the result alone.

package import Results
internal import Statistics

package enum BenchText {
  package static func render(_ result: BenchResult) -> String {
    let figures = result.figures
    var lines = header(result)
    for growth in unique(figures.compactMap(\.subject.growth)) {
      lines += ["", storeTitle(growth)] + stores(figures.filter { $0.subject.growth == growth })
    }
    let propagators = figures.filter { $0.subject.operation == .inject || $0.subject.operation == .extract }
    if !propagators.isEmpty {
      lines += ["", "Propagators, and the frame's header with each inject (\"none\" is that header alone)"]
      lines += self.propagators(propagators)
    }
    let hops = figures.filter { $0.subject.operation == .hop }
    if !hops.isEmpty {
      lines += ["", "The context work of one hop: extract, standard work, inject; no wire, no system call"]
      lines += self.hops(hops)
    }
    lines += ["", "Claims in circulation, from in-process microbenchmarks elsewhere, beside this run"]
    lines += published(result.published)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func header(_ result: BenchResult) -> [String] {
    let place = result.cpu.map { "pinned to CPU \($0)" } ?? "not pinned"
    let milliseconds = NumberText.short(Double(result.batchNanoseconds) / 1e6)
    var lines = [
      "ctxchain    \(result.toolVersion); bench, started \(result.startedAt); seed \(result.seed); \(place)",
      "method      \(result.figures.count) cases, \(result.batchCount) batches each of \(milliseconds) ms CPU time, all in one random order per batch",
      "allocations counted apart from the time by \(result.countingMethod); checksum \(result.checksum)",
    ]
    if !result.isOptimised { lines.append("note        built without optimisation: the times say nothing") }
    return lines
  }

  private static func storeTitle(_ growth: String) -> String {
    growth == "shadow"
      ? "Stores, growth shadow: every layer sets request id, user and span context again; ns per operation"
      : "Stores, growth \(growth): every layer sets three names of its own; ns per operation"
  }

  // MARK: Tables

  private static let storeOperations: [BenchOperation] = [.set, .first, .newest, .missing, .cast, .derive]

  private static func stores(_ figures: [BenchFigure]) -> [String] {
    var header = [("store", ""), ("layers", "× 3")]
    header += storeOperations.map { ($0.rawValue, "ns") }
    header += [("set", "alloc"), ("set", "B"), ("get", "alloc"), ("derive", "alloc")]
    var rows: [[String]] = []
    for store in unique(figures.compactMap(\.subject.store)) {
      for layers in unique(figures.compactMap(\.subject.layers)) {
        func figure(_ operation: BenchOperation) -> BenchFigure? {
          figures.first {
            $0.subject.operation == operation && $0.subject.store == store && $0.subject.layers == layers
          }
        }
        let reads = [BenchOperation.first, .newest, .missing, .cast].compactMap { figure($0)?.allocationsPerOperation }
        rows.append(
          [store, "\(layers)"] + storeOperations.map { time(figure($0)) } + [
            NumberText.count(figure(.set)?.allocationsPerOperation),
            NumberText.count(figure(.set)?.allocatedBytesPerOperation), NumberText.count(reads.max()),
            NumberText.count(figure(.derive)?.allocationsPerOperation),
          ])
      }
    }
    return TextTable.lines(header, rows, leftCount: 1)
  }

  private static func propagators(_ figures: [BenchFigure]) -> [String] {
    let header = [
      ("propagator", ""), ("store", ""), ("context", ""), ("carrier", "B"), ("inject", "ns"), ("", "alloc"), ("", "B"),
      ("extract", "ns"), ("", "alloc"), ("", "B"),
    ]
    let rows = figures.filter { $0.subject.operation == .inject }.map { inject in
      var subject = inject.subject
      subject.operation = .extract
      let extract = figures.first { $0.subject == subject }
      return [subject.propagator, subject.store, subject.content].map { $0 ?? "" }
        + [inject.carrierBytes.map { "\($0)" } ?? NumberText.missing] + cost(inject) + cost(extract)
    }
    return TextTable.lines(header, rows, leftCount: 3)
  }

  private static func hops(_ figures: [BenchFigure]) -> [String] {
    let header = [
      ("strategy", ""), ("store", ""), ("propagator", ""), ("carrier", "B"), ("hop", "ns"), ("range", "ns"),
      ("over baseline", "ns"), ("", "alloc"), ("", "B"),
    ]
    let baseline = figures.first { $0.subject.strategy == "baseline" }?.nanosecondsPerOperation.median
    let rows = figures.map { figure in
      let spread = figure.nanosecondsPerOperation
      let added = figure.subject.strategy == "baseline" ? nil : baseline.map { spread.median - $0 }
      return [figure.subject.strategy, figure.subject.store, figure.subject.propagator].map { $0 ?? "" } + [
        figure.carrierBytes.map { "\($0)" } ?? NumberText.missing, NumberText.short(spread.median),
        "\(NumberText.short(spread.min))…\(NumberText.short(spread.max))", NumberText.short(added),
        NumberText.count(figure.allocationsPerOperation), NumberText.count(figure.allocatedBytesPerOperation),
      ]
    }
    return TextTable.lines(header, rows, leftCount: 3)
  }

  private static func published(_ rows: [PublishedFigure]) -> [String] {
    let header = [("claim", ""), ("published", ""), ("measured", ""), ("seen here", "")]
    let rows = rows.map { [$0.claim, text($0.published), text($0.measured), text($0.verdict)] }
    return TextTable.lines(header, rows, leftCount: 4)
  }

  // MARK: Cells

  private static func cost(_ figure: BenchFigure?) -> [String] {
    [
      time(figure), NumberText.count(figure?.allocationsPerOperation),
      NumberText.count(figure?.allocatedBytesPerOperation),
    ]
  }

  /// The median, and half of largest − smallest in percent of it.
  private static func time(_ figure: BenchFigure?) -> String {
    guard let spread = figure?.nanosecondsPerOperation else { return NumberText.missing }
    let percent = spread.median > 0 ? Int(min(999, (spread.halfRange / spread.median * 100).rounded())) : 0
    return "\(NumberText.short(spread.median)) ±\(percent)%"
  }

  private static func text(_ values: PublishedValues) -> String {
    let parts = [
      values.nanoseconds.map { "\(NumberText.short($0)) ns" },
      values.allocations.map { "\(NumberText.count($0)) alloc" }, values.bytes.map { "\(NumberText.count($0)) B" },
      values.ratio.map { "\(NumberText.short($0))×" },
    ].compactMap { $0 }
    return parts.isEmpty ? NumberText.missing : parts.joined(separator: ", ")
  }

  private static func text(_ verdict: PublishedFigure.Verdict) -> String {
    switch verdict {
    case .seen: "yes"
    case .partly: "partly"
    case .notSeen: "no"
    case .notMeasured: "not in this run"
    }
  }

  private static func unique<Value: Hashable>(_ values: [Value]) -> [Value] {
    var found: Set<Value> = []
    return values.filter { found.insert($0).inserted }
  }
}
