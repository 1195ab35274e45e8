// A profile as plain text: two tables per node.

package import Results

package enum ProfileText {
  private static let nameSizeMax = 40

  package static func render(_ result: ProfileResult) -> String {
    var lines = TextTable.wrapped(
      label: "ctxchain",
      pieces: [
        "\(result.toolVersion)", "started \(result.startedAt)", "seed \(result.seed)",
        "\(NumberText.short(result.seconds)) s of load, \(result.inFlight) in flight: "
          + "\(NumberText.whole(result.throughput)) requests/s while sampled",
        sampling(result),
      ] + (result.interrupted ? ["interrupted by a signal"] : []))
    for node in result.nodes { lines += [""] + self.lines(node, result) }
    lines += [
      "",
      "A caller is the innermost function of the program's own Swift code, and the function is what it called; – is "
        + "where it called nothing, or where there is none. Mostly: where most of it went in the end, kernel time being "
        + "that of the function which called the kernel. Inlined functions are part of those that they are in.",
    ].flatMap { $0.isEmpty ? [$0] : TextTable.wrapped(label: "", pieces: [$0], indent: 0) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func sampling(_ result: ProfileResult) -> String {
    let period = "\(NumberText.microseconds(Double(result.periodNanoseconds))) µs of CPU time"
    let gap = "every \(NumberText.bytes(result.allocationGapBytes)) allocated, in the mean"
    switch result.sampler {
    case "perf": return "a sample every \(period) (perf software clock), and \(gap)"
    case "timer": return "a sample every \(period) (timer, at most one a tick of the kernel), and \(gap)"
    default: return "no samples: this build cannot take any"
    }
  }

  private static func lines(_ node: NodeProfile, _ result: ProfileResult) -> [String] {
    let name = node.replica == 0 ? node.service : "\(node.service)#\(node.replica)"
    var pieces = ["\(node.cpuSamples) samples of CPU time", "\(node.allocationSamples) of allocations"]
    pieces.append("\(node.lostSamples) lost")
    if let allocations = node.allocations, let size = node.allocatedBytes {
      pieces.append("\(allocations) allocations of \(NumberText.bytes(size)) in all")
    }
    var lines = TextTable.wrapped(label: "\(name):", pieces: pieces, separator: ", ", indent: name.count + 2)
    if !node.cpuSites.isEmpty {
      lines += table(node.cpuSites, title: "CPU", amount: "samples", showsInnermost: true) { "\($0.samples)" }
    }
    if !node.allocationSites.isEmpty {
      lines += table(node.allocationSites, title: "bytes", amount: "size", showsInnermost: false) {
        NumberText.bytes($0.weight)
      }
    }
    return lines
  }

  private static func table(
    _ sites: [CallSite], title: String, amount: String, showsInnermost: Bool, _ text: (CallSite) -> String
  ) -> [String] {
    let names = ["caller", "function"] + (showsInnermost ? ["mostly"] : [])
    var table = TextTable(
      [.init(title, "%"), .init(amount, "")] + names.map { .init($0, "", alignsLeft: true) })
    table.rows = sites.map { site in
      [NumberText.percent(site.share), text(site)]
        + [site.caller, site.function, site.mostly].prefix(names.count).map { cut($0 ?? NumberText.missing) }
    }
    return table.lines()
  }

  /// Of long names the modules and outer types go first; the end tells most. A terminal must not obey what a name holds.
  private static func cut(_ name: String) -> String {
    let scalars = name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }
    var name = Substring(String(String.UnicodeScalarView(scalars)))
    while name.count > nameSizeMax, let dot = name.prefix(while: { !"( ".contains($0) }).firstIndex(of: ".") {
      name = name[name.index(after: dot)...]
    }
    return name.count <= nameSizeMax ? String(name) : "…" + name.suffix(nameSizeMax - 1)
  }
}
