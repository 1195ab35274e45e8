import Statistics
import Testing

@Suite("Presets")
struct RunPresetTests {
  @Test("quick, standard and publish have 8, 12 and 20 rounds of 1, 2 and 4 trials")
  func presets() {
    #expect(RunPreset.allCases.map(\.rawValue) == ["quick", "standard", "publish"])
    #expect(RunPreset.allCases.map(\.roundCount) == [8, 12, 20])
    #expect(RunPreset.allCases.map(\.trialCount) == [1, 2, 4])
  }

  @Test("every preset has an interval, and the larger two a corrected p over 30 comparisons")
  func words() {
    #expect(RunPreset.allCases.allSatisfy { $0.roundCount >= SignTest.roundCountMin })
    #expect(
      RunPreset.allCases.map { $0.roundCount >= Comparison.roundCountMin(familyCount: 30) } == [false, true, true])
  }
}
