// What a process of a service may use, in the quantities that Kubernetes writes: `{cpu: 500m, memory: 64Mi}`.

package struct Resources: Codable, Equatable, Sendable {
  /// Thousandths of a CPU; nil: any.
  package var cpuThousandths: Int?
  /// Bytes; nil: any.
  package var memorySize: Int?

  package init(cpuThousandths: Int? = nil, memorySize: Int? = nil) {
    self.cpuThousandths = cpuThousandths
    self.memorySize = memorySize
  }

  static let keys = ["cpu", "memory"]
  private static let cpuUnits: [(name: String, scale: Int64)] = [("m", 1)]
  private static let memoryUnits: [(name: String, scale: Int64)] = [
    ("k", 1_000), ("Ki", 1 << 10), ("M", 1_000_000), ("Mi", 1 << 20), ("G", 1_000_000_000), ("Gi", 1 << 30),
  ]

  /// Those that there are, as quantities: by `cpu` and `memory`.
  package var members: [String: String] {
    var members: [String: String] = [:]
    members["cpu"] = cpuThousandths.map { $0 % 1000 == 0 ? "\($0 / 1000)" : "\($0)m" }
    members["memory"] = memorySize.map { size in
      let unit = Self.memoryUnits.last { Int64(size) % $0.scale == 0 }
      return unit.map { "\(Int64(size) / $0.scale)\($0.name)" } ?? "\(size)"
    }
    return members
  }
}

extension Field {
  /// - Parameter inherited: what a member has that is not there.
  func resources(over inherited: Resources?) throws(TopologyError) -> Resources {
    let fields = try mapping("cpu and memory such as {cpu: 500m, memory: 64Mi}", keys: Resources.keys)
    guard !fields.entries.isEmpty else { throw expected("cpu or memory such as {cpu: 500m, memory: 64Mi}") }
    var result = inherited ?? Resources()
    if let field = fields["cpu"] {
      result.cpuThousandths = try field.amount(
        Resources.cpu, "CPUs, 1m to \(TopologyLimits.cpuThousandthsMax / 1000), such as 2 or 500m",
        max: TopologyLimits.cpuThousandthsMax)
    }
    if let field = fields["memory"] {
      result.memorySize = try field.amount(
        Resources.memory, "an amount of memory, 1 to \(TopologyLimits.memorySizeMax >> 30)Gi, such as 64Mi",
        max: TopologyLimits.memorySizeMax)
    }
    return result
  }

  private func amount(
    _ units: (list: [(name: String, scale: Int64)], bareScale: Int64), _ what: String, max: Int
  ) throws(TopologyError) -> Int {
    let text = try text(what)
    do throws(Quantity.Problem) {
      let value = try Quantity.parse(text, units: units.list, bareScale: units.bareScale, max: Int64(max))
      if value > 0 { return Int(value) }
    } catch {
      if case .unknownUnit(let unit) = error {
        let names = units.list.map(\.name).joined(separator: ", ")
        throw self.error("unknown unit \(quoted(unit)) in \(quoted(text)); known: \(names)")
      }
    }
    throw expected(what)
  }
}

extension Resources {
  fileprivate static let cpu = (list: cpuUnits, bareScale: 1000 as Int64)
  fileprivate static let memory = (list: memoryUnits, bareScale: 1 as Int64)
}
