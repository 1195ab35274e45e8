// Independent pieces of one report's work on all CPUs: a report of a large result takes half the time of one.

internal import Dispatch
internal import Synchronization

enum AllCPUs {
  /// What `body` makes of each element, in their order. It returns when all are done.
  static func map<Element: Sendable, Made: Sendable>(
    _ elements: [Element], _ body: @Sendable (Element) -> Made
  ) -> [Made] {
    let made = Mutex<[Made?]>(Array(repeating: nil, count: elements.count))
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
      let one = body(elements[index])
      made.withLock { $0[index] = one }
    }
    return made.withLock { $0.map { $0! } }
  }
}
