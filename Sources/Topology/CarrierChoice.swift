// How a strategy's name, a store and a propagator in the file become one choice.

/// What a service carries its context with. The propagator is what the service's own calls use unless they say
/// otherwise.
struct CarrierChoice: Equatable {
  /// A preset's name while store and propagator are that preset's, else `custom`.
  var strategy: String
  var store: String
  var propagator: String

  static let custom = "custom"
  static let keys = ["strategy", "store", "propagator"]

  init(_ preset: Vocabulary.Preset) {
    strategy = preset.name
    store = preset.store
    propagator = preset.propagator
  }

  /// What `fields` say on top of `base`: a strategy replaces all of `base`; store and propagator replace parts.
  init(_ fields: Fields, over base: CarrierChoice, vocabulary: Vocabulary) throws(TopologyError) {
    self = base
    if let field = fields["strategy"] {
      let known = vocabulary.presets.map(\.name) + [CarrierChoice.custom]
      let name = try field.word("strategy", among: known)
      if let preset = vocabulary.preset(named: name) {
        self = CarrierChoice(preset)
      } else if fields["store"] == nil {
        throw field.error("strategy \(quoted(name)) needs a \(quoted("store")) beside it")
      }
      strategy = name
    }
    if let field = fields["store"] {
      store = try field.word("store", among: vocabulary.stores)
    }
    if let field = fields["propagator"] {
      propagator = try field.propagator(vocabulary)
    }
    guard let preset = vocabulary.preset(named: strategy) else { return }
    if store != preset.store || propagator != preset.propagator { strategy = CarrierChoice.custom }
  }
}

extension Field {
  /// One propagator or several, `a,b` or `[a, b]`; each known, none twice. The order is kept.
  func propagator(_ vocabulary: Vocabulary) throws(TopologyError) -> String {
    var parts: [String] = []
    if isList {
      for item in try list("a list of propagators", max: vocabulary.propagators.count) {
        parts.append(try item.text("a propagator"))
      }
    } else {
      let text = try text("a propagator")
      parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    }
    guard !parts.isEmpty else { throw error("expected a propagator, got an empty list") }
    for (index, part) in parts.enumerated() {
      guard vocabulary.propagators.contains(part) else {
        let hint = NearestName.hint(for: part, among: vocabulary.propagators)
        throw error("unknown propagator \(quoted(part))\(hint)")
      }
      guard !parts[..<index].contains(part) else { throw error("propagator \(quoted(part)) is named twice") }
      guard parts.count == 1 || !vocabulary.exclusivePropagators.contains(part) else {
        throw error("propagator \(quoted(part)) cannot be joined with others")
      }
    }
    return parts.joined(separator: ",")
  }
}
