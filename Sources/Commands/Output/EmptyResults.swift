// Whether a result has anything to show: one that was interrupted before it did is a file, and no text.

internal import Results

extension RunResult {
  var isEmpty: Bool { exitStatus != 0 && trials.isEmpty && counts.isEmpty && fidelity.isEmpty }
}

extension CalibrationResult {
  var isEmpty: Bool { pairs.isEmpty }
}

extension KnownDifferenceResult {
  var isEmpty: Bool { regimes.allSatisfy { $0.runs.isEmpty } }
}

extension CapacityResult {
  var isEmpty: Bool { arms.allSatisfy { $0.peakThroughputs.isEmpty } }
}

extension LeakResult {
  var isEmpty: Bool { chains.allSatisfy { $0.services.allSatisfy { $0.samples.isEmpty } } }
}

extension RaceResult {
  var isEmpty: Bool { maps.allSatisfy { $0.runs.isEmpty } }
}
