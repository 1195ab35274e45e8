// Which regime a service resembles, in words.

internal import Results

enum RegimeWords {
  /// Which of the three to look at, and how the load of the open loop is chosen.
  static func choice(_ settings: RunSettings) -> String {
    "\(settings.inFlight) in flight is a service that always has more to read, 1 in flight one that is called by one "
      + "caller at a time, and the open loop one whose requests come when they come, as they usually do: "
      + "at \(load(settings) ?? "a rate"), which --utilisation chooses."
  }

  /// What the open loop asks for; nil where there was none.
  static func load(_ settings: RunSettings) -> String? {
    settings.openLoopRate.map { "\(NumberText.whole($0)) requests/s" }
      ?? settings.utilisation.map { "\(NumberText.percent($0)) % of what the arm does one at a time" }
  }
}
