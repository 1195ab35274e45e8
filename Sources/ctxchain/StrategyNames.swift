// The option --strategies: names of presets, separated by commas.

internal import ArgumentParser
internal import Topology

enum StrategyNames {
  /// The presets named, or all.
  static func presets(_ strategies: String?) throws -> [Vocabulary.Preset] {
    let known = Vocabulary.current.presets
    guard let strategies else { return known }
    let names = strategies.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ValidationError("--strategies: \"\(name)\" is named twice")
    }
    return try names.map { name in
      guard let preset = known.first(where: { $0.name == name }) else {
        let names = known.map(\.name).joined(separator: ", ")
        throw ValidationError("--strategies: unknown strategy \"\(name)\"; expected some of \(names)")
      }
      return preset
    }
  }
}
