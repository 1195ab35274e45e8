// The option --transports: every strategy over every transport that is named, each an arm of its own.

internal import ArgumentParser
internal import Topology

enum TransportNames {
  static let help: ArgumentHelp = {
    let names = Vocabulary.current.transports.joined(separator: ",")
    return """
      Every strategy over each of these transports, such as \(names): an arm over \(Topology.transportByDefault) has the \
      strategy's name (packed), over another one that behind it (packed/http1). The first is what others are held against. \
      Not beside --transport.
      """
  }()

  /// Those named, in that order; nil without the option.
  ///
  /// - Parameter transport: the option --transport, where the command has it.
  static func read(_ names: String?, beside transport: String? = nil) throws -> [String]? {
    guard let names else { return nil }
    guard transport == nil else {
      throw ValidationError("--transports: expected no --transport beside it, because that is one for all arms")
    }
    let known = Vocabulary.current.transports
    let list = NameList.read(names)
    for (index, name) in list.enumerated() {
      guard known.contains(name) else {
        throw ValidationError(
          "--transports: unknown transport \"\(name)\"; expected some of \(known.joined(separator: ", "))")
      }
      guard !list[..<index].contains(name) else { throw ValidationError("--transports: \"\(name)\" is named twice") }
    }
    return list
  }

  /// Each over every transport, side by side; as they are without any.
  static func presets(_ presets: [Vocabulary.Preset], over transports: [String]?) throws -> [Vocabulary.Preset] {
    guard let transports else { return presets }
    return try presets.flatMap { preset in
      try refuse(preset.name, over: preset.transport)
      return transports.map(preset.over)
    }
  }

  /// - Parameter transport: what the strategy itself names.
  static func refuse(_ strategy: String, over transport: String?) throws {
    guard transport != nil else { return }
    throw ValidationError("--transports: expected strategies without a transport of their own, got \"\(strategy)\"")
  }
}
