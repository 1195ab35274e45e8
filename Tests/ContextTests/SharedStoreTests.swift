// The shared stores under several threads: every write is there afterwards, and nothing else is.

import Context
import Foundation
import Statistics
import Synchronization
import Testing

/// Runs `body` on so many threads at once, and waits for all of them.
func onThreads(_ count: Int, _ body: @escaping @Sendable (_ thread: Int) -> Void) {
  let group = DispatchGroup()
  for index in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(index)
      group.leave()
    }
  }
  group.wait()
}

/// What went wrong on threads, which know of no test.
final class Faults: Sendable {
  private let texts = Mutex<[String]>([])

  func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
    if !condition {
      let text = text()
      texts.withLock { $0.append(text) }
    }
  }

  var all: [String] { texts.withLock { $0 } }
}

@Suite("A shared store")
struct SharedStoreTests {
  static let kinds = StoreKind.allCases.filter(\.isShared)

  @Test("is one of four")
  func names() {
    #expect(Self.kinds.map(\.rawValue) == ["locked-map", "rw-locked-map", "sharded-map", "copy-on-write-map"])
  }

  @Test("accounts for every write of many threads to entries that they share", arguments: kinds)
  func everyWrite(kind: StoreKind) throws {
    let (threads, writes) = (8, 2_000)
    let table = try #require(NodeContexts(kind, workerCount: threads).table)
    let faults = Faults()
    onThreads(threads) { thread in
      var random = SeededGenerator(seed: UInt64(thread))
      var last = [Int64](repeating: 0, count: Int(SharedEntries.count))
      for _ in 0..<writes {
        table.increment(random.next() % SharedEntries.count, worker: thread)
        let key = random.next() % SharedEntries.count
        let value = table.number(at: key, worker: thread)
        faults.expect(value >= last[Int(key)], "entry \(key) went back from \(last[Int(key)]) to \(value)")
        last[Int(key)] = value
      }
    }
    #expect(faults.all.isEmpty)
    #expect(table.sharedWrites() == Int64(threads * writes))
    #expect(table.count == Int(SharedEntries.count))
  }

  @Test("keeps the contexts of all workers' requests apart", arguments: kinds, 1...3 as ClosedRange<UInt64>)
  func apart(kind: StoreKind, seed: UInt64) throws {
    let threads = 4
    let contexts = NodeContexts(kind, workerCount: threads)
    let faults = Faults()
    onThreads(threads) { thread in
      var random = SeededGenerator(seed: seed &+ UInt64(thread) << 32)
      let source = contexts.source(worker: thread)
      let work = StandardWork(layer: 1, growth: .shadow, keysPerLayer: 3)
      let own = (0..<8).map { _ in source.makeContext() }
      var models = [ContextSnapshot](repeating: ContextSnapshot(), count: own.count)
      for _ in 0..<400 {
        let place = Int(random.next() % UInt64(own.count))
        let (context, value) = (own[place], Int64(truncatingIfNeeded: random.next()))
        switch random.next() % 4 {
        case 0:
          context.reset()
          models[place] = ContextSnapshot()
        case 1:
          context.set("n\(value & 7)", value)
          models[place].setEntry("n\(value & 7)", .integer(value))
        case 2:
          context.set(.tenant, "\(thread)-\(value)")
          models[place].setEntry("tenant", .text("\(thread)-\(value)"))
        default:
          _ = work.perform(on: context, spanID: random.next() | 1)
          models[place] = work.applied(to: models[place])
        }
        faults.expect(context.snapshot == models[place], "seed \(seed), thread \(thread): \(models[place])")
      }
      faults.expect(source.access.reads == source.access.writes * 10, "\(source.access.writes) writes")
    }
    #expect(faults.all.isEmpty)
    // The contexts are gone, and their records with them.
    #expect(contexts.table?.count == Int(SharedEntries.count))
  }

  @Test("has as many writes of shared entries as its workers have made", arguments: kinds)
  func accountedByWorkers(kind: StoreKind) throws {
    let (threads, requests) = (4, 300)
    let contexts = NodeContexts(kind, workerCount: threads, writes: WriteRatio(writes: 2, reads: 3))
    let table = try #require(contexts.table)
    let faults = Faults()
    onThreads(threads) { thread in
      let source = contexts.source(worker: thread)
      let context = source.makeContext()
      let work = StandardWork(layer: 1, growth: .shadow, keysPerLayer: 3)
      for request in 0..<requests {
        context.reset()
        _ = work.perform(on: context, spanID: UInt64(request) | 1)
      }
      let accesses = Int64(requests * SharedAccess.countPerRequest)
      faults.expect(source.access.writes == accesses * 2 / 5, "\(source.access.writes) writes")
      faults.expect(source.access.reads == accesses - accesses * 2 / 5, "\(source.access.reads) reads")
    }
    #expect(faults.all.isEmpty)
    #expect(table.sharedWrites() == Int64(threads) * Int64(requests * SharedAccess.countPerRequest) * 2 / 5)
  }

  @Test(
    "writes exactly as often as the ratio says",
    arguments: [(1, 10, 1_000), (1, 0, 11_000), (0, 1, 0), (10, 1, 10_000), (7, 4, 7_000), (1, 999, 11)])
  func ratio(writes: Int, reads: Int, expected: Int64) {
    let contexts = NodeContexts(.lockedMap, writes: WriteRatio(writes: writes, reads: reads))
    let source = contexts.source()
    let context = source.makeContext()
    let work = StandardWork(layer: 1, growth: .shadow, keysPerLayer: 0)
    for _ in 0..<1_000 { _ = work.perform(on: context, spanID: 1) }
    #expect(source.access.writes == expected && source.access.reads == 11_000 - expected)
    #expect(contexts.table?.sharedWrites() == expected)
    for key in 0..<SharedEntries.count where expected >= 1_000 {
      #expect(contexts.table?.number(at: key, worker: 0) != 0, "entry \(key) is never written")
    }
  }

  @Test("holds a request from the first value that is set until the reset, and no longer", arguments: kinds)
  func recordLife(kind: StoreKind) throws {
    let contexts = NodeContexts(kind)
    let table = try #require(contexts.table)
    let own = Int(SharedEntries.count)
    var context: RequestContext? = contexts.source().makeContext()
    #expect(context?.text(.tenant) == nil && table.count == own)
    context?.set(.tenant, "acme")
    #expect(table.count == own + 1)
    context?.reset()
    #expect(table.count == own)
    context?.setSpanContext(.sample)
    #expect(table.count == own + 1)
    context = nil
    #expect(table.count == own)
  }
}
