// The memory that a node and its launcher share: a page of counters for each worker, and behind them a ring of spans for
// each.

package import Spans

package struct NodeMemory {
  package let pages: [UnsafeMutablePointer<CounterPage>]
  /// None where whoever made the memory reads no spans.
  package let rings: [SpanRing]

  /// Bytes for so many workers.
  package static func size(workers: Int, withRings: Bool) -> Int {
    workers * (CounterPage.size + (withRings ? SpanRing.size : 0))
  }

  /// What lies in so many bytes, which say themselves whether there are rings: no node has so many workers that their
  /// pages were as large as one of those.
  package init(at memory: UnsafeMutableRawPointer, size: Int) {
    let whole = NodeMemory.size(workers: 1, withRings: true)
    let hasRings = size >= whole && size % whole == 0
    let workers = size / NodeMemory.size(workers: 1, withRings: hasRings)
    pages = CounterPage.pages(at: memory, count: workers)
    rings = hasRings ? SpanRing.rings(at: memory + workers * CounterPage.size, count: workers) : []
  }
}
