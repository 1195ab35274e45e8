import Statistics
import Testing

@Suite("Times for people")
struct DurationTextTests {
  @Test(
    "are in the unit that fits them, with three digits at most",
    arguments: [
      (0, "0 ns"), (7, "7 ns"), (850, "850 ns"), (999, "999 ns"), (1_000, "1 µs"), (1_050, "1.05 µs"), (9_000, "9 µs"),
      (12_340, "12.3 µs"), (999_499, "999 µs"), (999_500, "1 ms"), (628_621_000, "629 ms"), (2_500_000_000, "2.5 s"),
      (3_600_000_000_000, "3600 s"), (-1_500_000, "−1.5 ms"), (100_400, "100 µs"), (10_040, "10 µs"),
      (10_060, "10.1 µs"),
    ] as [(Int64, String)])
  func text(nanoseconds: Int64, text: String) {
    #expect(DurationText.text(nanoseconds) == text)
  }
}
