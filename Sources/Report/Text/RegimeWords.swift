// Which regime a service resembles, in words.

internal import Results

enum RegimeWords {
  /// Which of the three to look at, and how the load of the open loop is chosen.
  static func choice(_ settings: RunSettings) -> String {
    "\(settings.inFlight) in flight is a service that always has more to read, 1 in flight one that is called by one "
      + "caller at a time, and the open loop one whose requests come when they come, as they usually do: "
      + "at \(load(settings) ?? "a rate"), which --utilisation chooses."
  }

  /// The open loop's load, for a list of conditions; nil where there was none.
  static func openLoop(_ settings: RunSettings) -> String? {
    let load =
      settings.openLoopRate.map { "\(NumberText.whole($0))/s" }
      ?? settings.utilisation.map { "\(NumberText.percent($0)) % of what each arm does one request at a time" }
    return load.map { "open loop at \($0)" + (isPoisson(settings) ? ", Poisson arrivals" : "") }
  }

  static func isPoisson(_ settings: RunSettings) -> Bool { settings.arrival == "poisson" }

  /// What the open loop asks for; nil where there was none.
  static func load(_ settings: RunSettings) -> String? {
    settings.openLoopRate.map { "\(NumberText.whole($0)) requests/s" }
      ?? settings.utilisation.map { "\(NumberText.percent($0)) % of what the arm does one at a time" }
  }
}
