// A pattern as a table: one load per byte of a value, whatever the value is. Never goes back, never allocates when it
// matches; all that is costly is done once, and bounded.

/// Matches whole values. The syntax is `PatternParser`'s.
package final class BytePattern {
  /// Bytes of a pattern's text.
  package static let sizeMax = 256
  /// Open brackets.
  package static let nestingMax = 16
  /// Byte sets in a pattern once repetitions are written out.
  package static let positionCountMax = 1_024
  /// States of its table: what few patterns need, and none may pass.
  package static let stateCountMax = 1_024

  /// From byte to column.
  private let columns: UnsafeMutablePointer<UInt8>
  /// From state and column to state; state 0 has lost, 1 is the start.
  private let table: UnsafeMutablePointer<UInt16>
  private let accepting: UnsafeMutablePointer<Bool>
  private let columnCount: Int

  package init(_ text: String) throws(PatternProblem) {
    guard text.utf8.count <= BytePattern.sizeMax else {
      throw PatternProblem(description: "a pattern has at most \(BytePattern.sizeMax) bytes, got \(text.utf8.count)")
    }
    var parser = PatternParser(text)
    let tree = try parser.parse()
    guard tree.size(limit: BytePattern.positionCountMax) <= BytePattern.positionCountMax else {
      throw PatternProblem(
        description: "a pattern has at most \(BytePattern.positionCountMax) bytes when its repetitions are written out")
    }
    let rows = try PatternTable(PatternPositions(tree))
    columnCount = rows.columnCount
    columns = .allocate(capacity: 256)
    columns.initialize(from: rows.columns, count: 256)
    table = .allocate(capacity: rows.table.count)
    table.initialize(from: rows.table, count: rows.table.count)
    accepting = .allocate(capacity: rows.accepting.count)
    accepting.initialize(from: rows.accepting, count: rows.accepting.count)
  }

  deinit {
    columns.deallocate()
    table.deallocate()
    accepting.deallocate()
  }

  package func matches(_ value: UnsafeRawBufferPointer) -> Bool {
    var state = 1
    for byte in value {
      state = Int(table[state &* columnCount &+ Int(columns[Int(byte)])])
      if state == 0 { return false }
    }
    return accepting[state]
  }
}

/// Glushkov's automaton: a position for each byte set in the pattern, and which may follow which.
private struct PatternPositions {
  private(set) var sets: [ByteSet] = []
  private(set) var followers: [Set<Int>] = []
  private(set) var first: Set<Int> = []
  private(set) var last: Set<Int> = []
  private(set) var isNullable = true

  private struct Part {
    var isNullable = true
    var first: Set<Int> = []
    var last: Set<Int> = []
  }

  init(_ tree: PatternNode) {
    let whole = add(tree)
    (first, last, isNullable) = (whole.first, whole.last, whole.isNullable)
  }

  private mutating func add(_ node: PatternNode) -> Part {
    switch node {
    case .empty: return Part()
    case .bytes(let set):
      sets.append(set)
      followers.append([])
      return Part(isNullable: false, first: [sets.count - 1], last: [sets.count - 1])
    case .sequence(let list): return list.reduce(Part()) { join($0, add($1)) }
    case .choice(let list):
      return list.reduce(Part(isNullable: false)) { sum, node in
        let part = add(node)
        return Part(
          isNullable: sum.isNullable || part.isNullable, first: sum.first.union(part.first),
          last: sum.last.union(part.last))
      }
    case .repeated(let node, let minimum, let maximum): return addRepeated(node, minimum, maximum)
    }
  }

  private mutating func addRepeated(_ node: PatternNode, _ minimum: Int, _ maximum: Int?) -> Part {
    var tail = Part()
    if let maximum {
      // x{0,3} as (x(x(x)?)?)?: a position is followed by one other, not by all.
      for _ in minimum..<maximum {
        let copy = add(node)
        tail = join(copy, tail)
        tail.isNullable = true
      }
    } else {
      tail = add(node)
      for position in tail.last { followers[position].formUnion(tail.first) }
      if minimum == 0 { tail.isNullable = true }
    }
    var whole = tail
    for _ in 0..<(maximum == nil ? max(0, minimum - 1) : minimum) { whole = join(add(node), whole) }
    return whole
  }

  private mutating func join(_ left: Part, _ right: Part) -> Part {
    for position in left.last { followers[position].formUnion(right.first) }
    return Part(
      isNullable: left.isNullable && right.isNullable,
      first: left.isNullable ? left.first.union(right.first) : left.first,
      last: right.isNullable ? left.last.union(right.last) : right.last)
  }
}

/// The automaton made deterministic: a state for each set of positions that can be reached at once.
private struct PatternTable {
  private(set) var columns: [UInt8] = []
  private(set) var columnCount = 0
  private(set) var table: [UInt16] = []
  private(set) var accepting: [Bool] = [false]

  init(_ positions: PatternPositions) throws(PatternProblem) {
    // Bytes that are in the same sets share a column.
    let sets = Array(Set(positions.sets))
    var known: [[Bool]: UInt8] = [:]
    var samples: [UInt8] = []
    for byte in UInt8.min ... .max {
      let signature = sets.map { $0.contains(byte) }
      if known[signature] == nil {
        known[signature] = UInt8(known.count)
        samples.append(byte)
      }
      columns.append(known[signature]!)
    }
    columnCount = samples.count
    table = Array(repeating: 0, count: columnCount)
    // The start is a position of its own that nothing comes back to.
    var states: [Set<Int>: UInt16] = [:]
    var pending: [(next: Set<Int>, isAccepting: Bool)] = [(positions.first, positions.isNullable)]
    var done = 0
    while done < pending.count {
      let state = pending[done]
      done += 1
      accepting.append(state.isAccepting)
      for sample in samples {
        let reached = state.next.filter { positions.sets[$0].contains(sample) }
        guard !reached.isEmpty else {
          table.append(0)
          continue
        }
        if let number = states[reached] {
          table.append(number)
          continue
        }
        guard pending.count < BytePattern.stateCountMax else {
          throw PatternProblem(
            description: "the pattern needs more than \(BytePattern.stateCountMax) states: make it simpler")
        }
        let number = UInt16(pending.count + 1)
        states[reached] = number
        table.append(number)
        pending.append(
          (
            reached.reduce(into: Set<Int>()) { $0.formUnion(positions.followers[$1]) },
            !reached.isDisjoint(with: positions.last)
          ))
      }
    }
  }
}
