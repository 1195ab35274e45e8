// A result of any kind as reports show it: read, with its text. It is the one list of the kinds that there are.

package import Results

package struct ReportedDocument {
  package let path: String
  package let bytes: [UInt8]
  /// As `ResultForm.kind`.
  package let kind: String
  /// As its command printed it.
  package let text: String
  /// What the result is of, or has measured; nil for kinds that have none.
  package let run: RunResult?

  package init(_ path: String) throws(ResultError) {
    try self.init(ResultFile.contents(of: path), path: path)
  }

  package init(_ bytes: [UInt8], path: String) throws(ResultError) {
    func read<Form: ResultForm>(_ form: Form.Type) throws(ResultError) -> Form {
      try ResultFile.decode(form, bytes, path: path)
    }
    var run: RunResult?
    let format = try ResultFile.format(of: bytes, path: path)
    switch format {
    case BenchResult.formatName: text = BenchText.render(try read(BenchResult.self))
    case CalibrationResult.formatName: text = try read(CalibrationResult.self).text
    case CapacityResult.formatName: text = CapacityText.render(try read(CapacityResult.self))
    case ComparisonDocument.formatName:
      let comparison = try read(ComparisonDocument.self)
      run = comparison.run
      text = ComparisonText.render(comparison)
    case LeakResult.formatName: text = LeakText.render(try read(LeakResult.self))
    case LoadResult.formatName: text = try read(LoadResult.self).text
    case PressureResult.formatName: text = PressureText.render(try read(PressureResult.self))
    case ProfileResult.formatName: text = ProfileText.render(try read(ProfileResult.self))
    case RaceResult.formatName: text = RaceText.render(try read(RaceResult.self))
    case SelfTestResult.formatName: text = SelfTestText.render(try read(SelfTestResult.self))
    case SemanticsResult.formatName: text = SemanticsText.render(try read(SemanticsResult.self))
    // A run, or what is none: its reader says what was expected.
    default:
      let result = try read(RunResult.self)
      run = result
      text = TextReport.render(result)
    }
    self.path = path
    self.bytes = bytes
    self.run = run
    kind = String((format ?? "").dropFirst("ctxchain-".count))
  }
}
