// Load on a new process set until its throughput is steady. Its figures are thrown away.

internal import Results
internal import Statistics

extension TrialRunner {
  /// Seconds of one stretch of warm-up.
  private static let warmUpSeconds = 0.1

  /// Repeats stretches until the throughput is steady (MSER-5), and starts none that would end after `secondsMax`. The
  /// throughput is that of the last.
  func warmUp(
    _ spec: TrialSpec, on set: ProcessSet, secondsMax: Double
  ) throws(LauncherError) -> (detector: WarmupDetector, seconds: Double, throughput: Double) {
    var windows: [Double] = []
    var detector = WarmupDetector(windows: [])
    var (seconds, throughput) = (0.0, 0.0)
    repeat {
      let measured = try run(
        spec, on: set, seconds: TrialRunner.warmUpSeconds + Double(TrialRunner.settleNanoseconds) / 1e9, round: 0,
        position: 0, pieceNanoseconds: WarmupDetector.windowNanoseconds, keep: { _ in })
      windows += measured.pieces.map { Double($0) }
      seconds += TrialRunner.warmUpSeconds
      throughput = measured.trial.throughput
      detector = WarmupDetector(windows: windows)
    } while !detector.isSteady && seconds + TrialRunner.warmUpSeconds <= secondsMax
    return (detector, seconds, throughput)
  }
}
