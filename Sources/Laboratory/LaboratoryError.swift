// What this module refuses: an option, what was expected of it, and what came.

package enum LaboratoryError: Error, Equatable, CustomStringConvertible {
  case unknownName(option: String, name: String, known: [String])
  case namedTwice(option: String, name: String)
  case noLayers
  case layersOutOfRange(Int, max: Int)
  case timeOutOfRange(seconds: Double)
  /// A self-test could not be run.
  case selfTest(String)
  /// A race could not be run.
  case race(String)
  /// A signal came before a trial could begin.
  case interrupted

  package var description: String {
    switch self {
    case .unknownName(let option, let name, let known):
      "\(option): expected some of \(known.joined(separator: ", ")), got \"\(name)\""
    case .namedTwice(let option, let name): "\(option): \"\(name)\" is named twice"
    case .noLayers: "--layers: expected at least one number, got none"
    case .layersOutOfRange(let layers, let max): "--layers: expected 1 to \(max), got \(layers)"
    case .interrupted: "interrupted"
    case .selfTest(let problem): "the self-test cannot be run: \(problem)"
    case .race(let problem): "the race cannot be run: \(problem)"
    case .timeOutOfRange(let seconds): "--time: expected 10ms to 60m, got \(seconds) s"
    }
  }
}
