// One table of contexts that all workers of a node read and write. What the shared stores have in common; how each keeps
// threads apart is a file of its own.

/// Records under keys. A record is a value: what `record` returned, nobody changes any more.
///
/// Keys below `SharedEntries.count` are entries of the node itself, which `init` makes; the others are requests.
package protocol ContextTable: AnyObject, Sendable {
  /// - Parameter workerCount: threads that use it, named 0 and on in every call.
  init(workerCount: Int)

  /// An empty one where there is none.
  func record(_ key: UInt64, worker: Int) -> BoxedEntries

  /// Changes the record as one step that no other thread sees half of; a new one is made where there is none.
  func update(_ key: UInt64, worker: Int, _ change: (inout BoxedEntries) -> Void)

  func remove(_ key: UInt64, worker: Int)

  /// Records there are, those of the node itself included.
  var count: Int { get }
}

/// The entries of a node that belong to no request: what its workers really contend for.
package enum SharedEntries {
  /// Their keys are 0 and on.
  package static let count: UInt64 = 16
  private static let name = "shared"

  /// The records that a new table holds, each at 0.
  static func records() -> [UInt64: BoxedEntries] {
    var records: [UInt64: BoxedEntries] = [:]
    for key in 0..<count {
      records[key] = BoxedEntries()
      records[key]?.set(name, Int64(0), field: -1)
    }
    return records
  }

  static func value(_ record: BoxedEntries) -> Int64 { record.integer(name) ?? 0 }

  static func add(_ amount: Int64, to record: inout BoxedEntries) {
    record.set(name, value(record) &+ amount, field: -1)
  }
}

extension ContextTable {
  /// How often shared entries have been written since the table was made: no write may be missing.
  package func sharedWrites(worker: Int = 0) -> Int64 {
    (0..<SharedEntries.count).reduce(0) { $0 &+ SharedEntries.value(record($1, worker: worker)) }
  }

  /// Adds 1 to a number, such as a shared entry; under any other key that makes a record with a 1.
  package func increment(_ key: UInt64, worker: Int) {
    update(key, worker: worker) { SharedEntries.add(1, to: &$0) }
  }

  package func number(at key: UInt64, worker: Int) -> Int64 { SharedEntries.value(record(key, worker: worker)) }
}
