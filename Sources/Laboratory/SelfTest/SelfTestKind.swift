// Self-tests chosen by name.

package import Results

extension SelfTestKind {
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
