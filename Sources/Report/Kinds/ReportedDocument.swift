// A result of any kind as reports show it: read, with its text. It is the one list of the kinds that there are.

package import Results

package struct ReportedDocument {
  package let path: String
  package let bytes: [UInt8]
  /// As `ResultForm.kind`.
  package let kind: String
  /// Everything that it says.
  package let tables: String
  /// What the result is of, or has measured; nil for kinds that have none.
  package let run: RunResult?
  let comparison: ComparisonDocument?

  package init(_ path: String) throws(ResultError) {
    try self.init(ResultFile.contents(of: path), path: path)
  }

  package init(_ bytes: [UInt8], path: String) throws(ResultError) {
    func read<Form: ResultForm & Decodable>(_ form: Form.Type) throws(ResultError) -> Form {
      try ResultFile.decode(form, bytes, path: path)
    }
    var run: RunResult?
    var compared: ComparisonDocument?
    let format = try ResultFile.format(of: bytes, path: path)
    switch format {
    case BenchResult.formatName: tables = BenchText.render(try read(BenchResult.self))
    case CalibrationResult.formatName: tables = try read(CalibrationResult.self).text
    case CapacityResult.formatName: tables = CapacityText.render(try read(CapacityResult.self))
    case ComparisonDocument.formatName:
      let comparison = try read(ComparisonDocument.self)
      run = comparison.run
      compared = comparison
      tables = ComparisonText.render(comparison)
    case KnownDifferenceResult.formatName: tables = try read(KnownDifferenceResult.self).text
    case LeakResult.formatName: tables = LeakText.render(try read(LeakResult.self))
    case LoadResult.formatName: tables = try read(LoadResult.self).text
    case PressureResult.formatName: tables = PressureText.render(try read(PressureResult.self))
    case ProfileResult.formatName: tables = ProfileText.render(try read(ProfileResult.self))
    case RaceResult.formatName: tables = RaceText.render(try read(RaceResult.self))
    case SelfTestResult.formatName: tables = SelfTestText.render(try read(SelfTestResult.self))
    case SemanticsResult.formatName: tables = SemanticsText.render(try read(SemanticsResult.self))
    // A run, or what is none: its reader says what was expected.
    default:
      let result = try read(RunResult.self)
      run = result
      tables = TextReport.render(result)
    }
    self.path = path
    self.bytes = bytes
    self.run = run
    comparison = compared
    kind = String((format ?? "").dropFirst("ctxchain-".count))
  }

  /// As its command printed it.
  ///
  /// - Parameter width: of the screen.
  package func text(width: Int = Screen.widths.upperBound) -> String {
    if let comparison { return ComparisonScreen.render(comparison, width: width) }
    return run.map { AnswerText.render($0, width: width) } ?? tables
  }
}
