// The leak laboratory as text: a line of small bars per service over time, then the verdict.

package import Results

package enum LeakText {
  private static let width = 60

  package static func render(_ result: LeakResult) -> String {
    var lines = [
      "A chain of services, each of which keeps a context with a deadline of "
        + "\(NumberText.short(result.deadlineSeconds)) s per request; "
        + "\(NumberText.whole(result.rate)) requests/s for \(NumberText.short(result.loadSeconds)) s"
    ]
    for chain in result.chains {
      let what =
        chain.name == LeakChain.leaking
        ? "in a map that outlives the request, never cancelled" : "cancelled when the request ends"
      lines += ["", "\(chain.name): \(what); \(chain.requests) requests"]
      var table = TextTable([
        .init("service", "", alignsLeft: true), .init("live", "", alignsLeft: true),
        .init("over time", "", alignsLeft: true),
        .init("most", ""), .init("at the end", ""),
      ])
      for service in chain.services {
        for (name, values) in [
          ("contexts", service.samples.map(\.contexts)), ("timers", service.samples.map(\.timers)),
        ] {
          table.rows.append([
            service.name, name, bars(values.map { Double($0) }), "\(values.max() ?? 0)", "\(values.last ?? 0)",
          ])
        }
      }
      lines += table.lines()
      let memory = chain.services.compactMap { service -> String? in
        guard let before = service.residentBefore, let after = service.residentAfter else { return nil }
        return "\(service.name) \(NumberText.bytes(before)) → \(NumberText.bytes(after))"
      }
      if !memory.isEmpty { lines.append("memory: " + memory.joined(separator: ", ")) }
    }
    let seconds = result.chains.first?.services.first?.samples.last?.seconds ?? 0
    lines += ["", "Each line is \(NumberText.short(seconds)) s long; its highest bar is the most there was."]
    if result.interrupted { lines.append("Interrupted: shorter than it was to be.") }
    lines += [""] + TextTable.wrapped(label: "", pieces: [result.verdict.text], indent: 0)
    return lines.map(TextReport.printable).joined(separator: "\n") + "\n"
  }

  /// At most `width` bars, each the largest of its values; what is zero is a blank.
  static func bars(_ values: [Double]) -> String {
    guard let most = values.max(), most > 0 else { return String(repeating: "·", count: min(width, values.count)) }
    let count = min(width, values.count)
    let signs = Array("▁▂▃▄▅▆▇█")
    return String(
      (0..<count).map { index in
        let part = values[
          values.count * index / count..<max(values.count * (index + 1) / count, values.count * index / count + 1)]
        let value = part.max() ?? 0
        return value <= 0 ? "·" : signs[min(signs.count - 1, Int(value / most * Double(signs.count)))]
      })
  }
}
