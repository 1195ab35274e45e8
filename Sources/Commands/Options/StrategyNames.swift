// The option --strategies: presets, or stores and propagators as `map+b3`, separated by commas, each over the transport that
// the whole run has or one of its own, as `packed/http1`.

internal import ArgumentParser
internal import Topology

enum StrategyNames {
  static let help: ArgumentHelp = {
    let presets = Vocabulary.current.presets
    let all = presets.map(\.name).joined(separator: ", ")
    let others = presets.filter { !$0.isComparedByDefault }.map(\.name).joined(separator: ", ")
    return """
      Strategies to compare, separated by commas, of \(all), or stores and propagators as map+b3, either with a transport \
      of its own behind it, as packed/http1; a chain without it has all but \(others).
      """
  }()

  /// The presets named, or those that are compared by default.
  static func presets(_ strategies: String?) throws -> [Vocabulary.Preset] {
    let known = Vocabulary.current.presets
    guard let strategies else { return known.filter(\.isComparedByDefault) }
    let names = NameList.read(strategies)
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw ValidationError("--strategies: \"\(name)\" is named twice")
    }
    return try names.map { name in
      guard let arm = Vocabulary.current.arm(named: name) else {
        let names = known.map(\.name).joined(separator: ", ")
        throw ValidationError(
          "--strategies: unknown strategy \"\(name)\"; expected some of \(names), or STORE+PROPAGATOR, with a transport "
            + "behind it (/\(Vocabulary.current.transports.joined(separator: ", /"))) or without")
      }
      return arm
    }
  }
}
