// The self-tests by name, and what each of them shows.

package enum SelfTestKind: String, CaseIterable, Codable, Sendable {
  case nullTarget = "null"
  case stall
  case queue = "md1"
  case poisson

  package var claim: String {
    switch self {
    case .nullTarget: "against a server that answers at once: the client's own ceiling and floor"
    case .stall: "a server that stood still shows in the quantiles as it must"
    case .queue: "the mean wait in a queue with Poisson arrivals is ρD / 2(1 − ρ)"
    case .poisson: "Poisson arrivals scatter as they must"
    }
  }

  /// Those named, or all; in the order of `allCases`.
  package static func named(_ names: [String]?) throws(LaboratoryError) -> [SelfTestKind] {
    guard let names else { return allCases }
    let known = allCases.map(\.rawValue)
    for (index, name) in names.enumerated() {
      guard known.contains(name) else { throw .unknownName(option: "--only", name: name, known: known) }
      if names[..<index].contains(name) { throw .namedTwice(option: "--only", name: name) }
    }
    return allCases.filter { names.contains($0.rawValue) }
  }
}
