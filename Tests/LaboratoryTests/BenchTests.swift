// How cases are counted, timed and ordered, on a clock and a meter that the test moves.

import Laboratory
import Results
import Statistics
import Testing

@Suite("A bench")
struct BenchTests {
  /// Time passes and memory is taken only where a case says so.
  private final class World {
    var time: Int64 = 0
    var meter = AllocationReading(allocations: 0, allocatedSize: 0)
    /// Cases in the order in which they ran, and repetitions of each run.
    var runs: [(name: String, repetitions: Int)] = []

    func makeCase(_ name: String, nanoseconds: Int64, operations: Int = 1, repetitionsMax: Int = .max) -> BenchCase {
      var result = BenchCase(BenchSubject(.set, store: name)) { repetitions in
        self.runs.append((name, repetitions))
        self.time += nanoseconds * Int64(repetitions)
        self.meter.allocations += 3 * UInt64(repetitions)
        self.meter.allocatedSize += 48 * UInt64(repetitions)
        return UInt64(repetitions)
      }
      result.operationsPerRepetition = operations
      result.repetitionsMax = repetitionsMax
      result.prepare = {
        self.time += 1_000_000
        self.meter.allocations += 1_000
      }
      return result
    }

    func bench(_ cases: [BenchCase], batchCount: Int = 11, seed: UInt64 = 1, isCounting: Bool = true) -> Bench {
      Bench(
        cases, batchCount: batchCount, seed: seed, now: { self.time },
        readMeter: { isCounting ? self.meter : nil })
    }
  }

  @Test("gives time, allocations and bytes of one operation, without what preparing takes")
  func figures() throws {
    let world = World()
    let figures = world.bench([
      world.makeCase("plain", nanoseconds: 50), world.makeCase("parts", nanoseconds: 50, operations: 5),
      world.makeCase("short", nanoseconds: 50, repetitionsMax: 100),
    ]).run().figures
    #expect(figures.map(\.subject.store) == ["plain", "parts", "short"])
    #expect(figures.map(\.nanosecondsPerOperation.median) == [50, 10, 50])
    #expect(figures.map(\.nanosecondsPerOperation.count) == [11, 11, 11])
    #expect(figures.map(\.allocationsPerOperation) == [3, 0.6, 3])
    #expect(figures.map(\.allocatedBytesPerOperation) == [48, 9.6, 48])
  }

  @Test("has no allocations where nothing counts them")
  func noMeter() {
    let world = World()
    let figure = world.bench([world.makeCase("plain", nanoseconds: 50)], isCounting: false).run().figures[0]
    #expect(figure.allocationsPerOperation == nil)
    #expect(figure.allocatedBytesPerOperation == nil)
  }

  @Test("sizes every batch to a millisecond or more", arguments: [1, 7, 1_000, 999_999, 40_000_000])
  func batchSize(nanoseconds: Int64) {
    let world = World()
    let figure = world.bench([world.makeCase("plain", nanoseconds: nanoseconds)]).run().figures[0]
    #expect(Int64(figure.operationsPerBatch) * nanoseconds >= 1_000_000)
    #expect(Int64(figure.operationsPerBatch - 1) * nanoseconds <= BenchPlan.batchNanoseconds)
  }

  @Test("never repeats more than a case allows without preparing it")
  func parts() {
    let world = World()
    _ = world.bench([world.makeCase("short", nanoseconds: 10, repetitionsMax: 100)]).run()
    #expect(world.runs.allSatisfy { $0.repetitions <= 100 })
    #expect(world.runs.count > 11 * 1_000)
  }

  @Test("runs every case once per batch, in an order that the seed decides")
  func order() {
    func order(seed: UInt64) -> [String] {
      let world = World()
      let cases = ["a", "b", "c", "d", "e"].map { world.makeCase($0, nanoseconds: 2_000_000) }
      _ = world.bench(cases, seed: seed).run()
      return world.runs.suffix(5 * 11).map(\.name)
    }
    let first = order(seed: 7)
    #expect(first == order(seed: 7))
    #expect(first != order(seed: 8))
    let batches = (0..<11).map { Array(first[$0 * 5..<$0 * 5 + 5]) }
    #expect(batches.allSatisfy { $0.sorted() == ["a", "b", "c", "d", "e"] })
    #expect(Set(batches).count > 5)
    #expect(Bench.order(seed: 7, batch: 3, caseCount: 9) == Bench.order(seed: 7, batch: 3, caseCount: 9))
  }

  @Test("folds what every run returns into its checksum")
  func checksum() {
    let world = World()
    let checksum = world.bench([world.makeCase("plain", nanoseconds: 50)]).run().checksum
    // The first counting run only grows what is kept.
    #expect(checksum == world.runs.reduce(0) { $0 + UInt64($1.repetitions) })
  }
}
