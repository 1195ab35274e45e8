import Statistics
import Testing
import Topology

@Suite("Numbers with units")
struct QuantityTests {
  private let durationMax: Int64 = 3_600_000_000_000

  private func duration(_ text: String) throws(Quantity.Problem) -> Int64 {
    try Quantity.parse(text, units: Quantity.durationUnits, max: durationMax)
  }

  private func size(_ text: String) throws(Quantity.Problem) -> Int64 {
    try Quantity.parse(text, units: Quantity.sizeUnits, bareScale: 1, max: 8 << 20)
  }

  @Test(
    "A duration is nanoseconds, whatever its unit",
    arguments: [
      ("0", 0), ("0ns", 0), ("-0s", 0), ("0.0", 0), ("1ns", 1), ("50us", 50_000), ("1.5ms", 1_500_000),
      ("0.25us", 250), ("100ms", 100_000_000), ("2s", 2_000_000_000), ("60m", 3_600_000_000_000),
      ("0.000000001s", 1), ("1.000000000000000000s", 1_000_000_000), ("0.05m", 3_000_000_000),
    ])
  func durations(text: String, nanoseconds: Int64) throws {
    #expect(try duration(text) == nanoseconds)
  }

  @Test(
    "A size is bytes, in powers of two or of ten",
    arguments: [
      ("0", 0), ("0B", 0), ("1B", 1), ("512B", 512), ("1KiB", 1_024), ("0.25KiB", 256), ("1kB", 1_000),
      ("1.5MiB", 1_572_864), ("8MiB", 8_388_608), ("8MB", 8_000_000), ("512", 512), ("2.0", 2), ("8388608", 8_388_608),
    ])
  func sizes(text: String, bytes: Int64) throws {
    #expect(try size(text) == bytes)
  }

  @Test(
    "What is not a duration is refused for its own reason",
    arguments: [
      ("", .notANumber), ("ms", .notANumber), (".5ms", .notANumber), ("1.ms", .notANumber), ("--1ms", .notANumber),
      ("+1ms", .notANumber), ("50", .noUnit), ("0.5", .noUnit), ("-1", .noUnit), ("1h", .unknownUnit("h")),
      ("1e3ms", .unknownUnit("e3ms")), ("1 ms", .unknownUnit(" ms")), ("1MS", .unknownUnit("MS")),
      ("0x1s", .unknownUnit("x1s")), ("-1ns", .outOfRange), ("0.5ns", .notWhole), ("1.0000000001s", .notWhole),
      ("60.001m", .outOfRange), ("3600.000000001s", .outOfRange), ("3600000000001ns", .outOfRange),
      ("9223372036854775807s", .outOfRange), ("99999999999999999999999ns", .outOfRange),
      ("0.0000000000000000000000000001s", .notWhole),
    ] as [(String, Quantity.Problem)])
  func refusedDurations(text: String, problem: Quantity.Problem) {
    #expect(throws: problem) { try duration(text) }
  }

  @Test(
    "A size over the limit is out of range, however absurd",
    arguments: ["8388609B", "9MiB", "1GiB", "99999999GB", "-5KiB"])
  func refusedSizes(text: String) {
    #expect(throws: Quantity.Problem.outOfRange) { try size(text) }
  }

  @Test(
    "A share is a number 0 to 1 or a percentage",
    arguments: [
      ("0", 0), ("1", 1), ("0.3", 0.3), (".5", 0.5), ("1.0", 1), ("1e-5", 1e-5), ("0%", 0), ("0.1%", 0.001),
      ("30%", 0.3), ("100%", 1), ("7%", 0.07), ("1e1%", 0.1),
    ])
  func shares(text: String, value: Double) throws {
    #expect(try Quantity.parseShare(text) == value)
  }

  @Test(
    "What is not a share is refused",
    arguments: [
      ("", .notANumber), ("%", .notANumber), ("nan", .notANumber), ("inf", .notANumber), ("0x1p-1", .notANumber),
      ("1/2", .notANumber), ("0.1 %", .notANumber), ("e", .notANumber), ("1.01", .outOfRange), ("101%", .outOfRange),
      ("-0.1", .outOfRange), ("1e999", .outOfRange), ("1e", .notANumber),
    ] as [(String, Quantity.Problem)])
  func refusedShares(text: String, problem: Quantity.Problem) {
    #expect(throws: problem) { try Quantity.parseShare(text) }
  }

  @Test("Numbers printed and read again are the same", arguments: [UInt64(1), 2, 3])
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<500 {
      let nanoseconds = Int64.random(in: 0...durationMax, using: &random) >> Int64.random(in: 0...40, using: &random)
      let bytes = Int64.random(in: 0...(8 << 20), using: &random) & ~Int64(0x3ff)
      let share = Double.random(in: 0...1, using: &random) * (Bool.random(using: &random) ? 1 : 1e-9)
      #expect(try duration(Quantity.text(nanoseconds, units: Quantity.durationUnits)) == nanoseconds, "seed \(seed)")
      #expect(try size(Quantity.text(bytes, units: Quantity.sizeUnits)) == bytes, "seed \(seed)")
      #expect(try Quantity.parseShare(Quantity.text(share: share)) == share, "seed \(seed)")
    }
  }

  @Test(
    "A printed number has the largest unit that leaves it whole",
    arguments: [(0, "0"), (1_500, "1500ns"), (50_000, "50us"), (120_000_000_000, "2m"), (90_000_000_000, "90s")])
  func printedUnit(nanoseconds: Int64, text: String) {
    #expect(Quantity.text(nanoseconds, units: Quantity.durationUnits) == text)
  }
}
