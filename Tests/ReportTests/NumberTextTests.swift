import Report
import Results
import Statistics
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "fixed digits round half away from zero and show no negative zero",
    arguments: [
      (0, 0, "0"), (0.5, 0, "1"), (-0.5, 0, "−1"), (-0.4, 0, "0"), (-0.04, 1, "0.0"), (1.25, 1, "1.3"),
      (0.05, 2, "0.05"), (12.345, 2, "12.35"), (99.99, 1, "100.0"), (-7, 2, "−7.00"), (1e30, 2, "∞"), (-1e30, 0, "−∞"),
    ] as [(Double, Int, String)])
  func fixed(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals) == text)
  }

  @Test(
    "short numbers have three significant digits and at most six characters",
    arguments: [
      (nil, "–"), (0, "0.00"), (0.123, "0.123"), (0.0124, "0.012"), (0.9996, "1.00"), (-0.0004, "0.000"),
      (9.994, "9.99"), (9.996, "10.0"), (99.94, "99.9"), (99.96, "100"),
      (12_345, "12345"), (999_999, "999999"), (999_999.6, "1.00M"), (123_456_789, "123M"), (1.5e9, "1.50G"),
      (3.6e11, "360G"), (-12.34, "−12.3"),
    ] as [(Double?, String)])
  func short(value: Double?, text: String) {
    #expect(NumberText.short(value) == text)
    #expect(text.drop { $0 == "−" }.count <= 6)
  }

  @Test("percentages lose their digit after the point from ten on, and stop at 999")
  func percent() {
    #expect(NumberText.percent(nil) == "–")
    #expect(NumberText.percent(0.0123) == "1.2")
    #expect(NumberText.percent(0.0994) == "9.9")
    #expect(NumberText.percent(0.0996) == "10")
    #expect(NumberText.percent(-0.5) == "−50")
    #expect(NumberText.percent(-77) == "−999")
  }

  @Test("spreads show half their range, or their range, and neither for a single round")
  func spreads() {
    let spread = MedianInterval([9, 10, 12])
    #expect(NumberText.plusMinus(spread, NumberText.whole) == "10 ±15%")
    #expect(NumberText.withRange(spread, unit: " µs", NumberText.whole) == "10 µs (9…12)")
    #expect(NumberText.plusMinus(MedianInterval([10]), NumberText.whole) == "10")
    #expect(NumberText.withRange(MedianInterval([10]), NumberText.whole) == "10")
    #expect(NumberText.plusMinus(MedianInterval([-1, 0, 1]), NumberText.whole) == "0")
    #expect(NumberText.plusMinus(nil, NumberText.whole) == "–")
    #expect(NumberText.withRange(nil, NumberText.whole) == "–")
  }

  @Test("growth is one cell for several percentiles")
  func growth() {
    #expect(NumberText.growth([2, 2.06, 4.71]) == "2.0/2.1/4.7×")
    #expect(NumberText.growth([1.5, 12.34, nil]) == "1.5/12/–×")
    #expect(NumberText.growth([9.96, 998.6, 5_000]) == "10/999/>999×")
    #expect(NumberText.growth([nil, nil, nil]) == "–")
  }

  @Test("counts are whole where they are, and short where not")
  func counts() {
    #expect(NumberText.count(29) == "29")
    #expect(NumberText.count(29.25) == "29.3")
    #expect(NumberText.count(8_388_608) == "8.39M")
    #expect(NumberText.count(nil) == "–")
  }

  @Test("text is wrapped between words, under its label")
  func wrapped() {
    let words = Array(repeating: "word", count: 60).joined(separator: " ")
    let lines = TextTable.wrapped(label: "label", pieces: [words, "end"])
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("label       word word"))
    #expect(lines[1].hasPrefix("            word"))
    #expect(lines.allSatisfy { $0.count <= 120 })
    #expect(lines.joined(separator: " ").split(separator: " ").count == 62)
    #expect(TextTable.wrapped(label: "a", pieces: ["b", "c"]) == ["a           b; c"])
  }

  @Test("a length of trials is in the unit that fits it, whatever the seconds are not exact in")
  func length() {
    let texts = [0.055, 0.02, 0.25, 0.1, 2, 1.5, 600].map { NumberText.time(seconds: $0) }
    #expect(texts == ["55 ms", "20 ms", "250 ms", "100 ms", "2 s", "1.5 s", "600 s"])
  }

  @Test(
    "a time is written in UTC",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_769_903_999, "2026-01-31T23:59:59Z"),
    ])
  func timestamp(seconds: Int, text: String) {
    #expect(Timestamp.text(unixSeconds: seconds) == text)
  }
}
