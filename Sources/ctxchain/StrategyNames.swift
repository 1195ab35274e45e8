// The option --strategies: presets, or stores and propagators as `map+b3`, separated by commas.

internal import ArgumentParser
internal import Topology

enum StrategyNames {
  /// Those named, or all presets.
  static func presets(_ strategies: String?) throws -> [Vocabulary.Preset] {
    let known = Vocabulary.current.presets
    guard let strategies else { return known }
    let names = strategies.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ValidationError("--strategies: \"\(name)\" is named twice")
    }
    return try names.map { name in
      guard let arm = Vocabulary.current.arm(named: name) else {
        let names = known.map(\.name).joined(separator: ", ")
        throw ValidationError(
          "--strategies: unknown strategy \"\(name)\"; expected some of \(names), or STORE+PROPAGATOR")
      }
      return arm
    }
  }
}
