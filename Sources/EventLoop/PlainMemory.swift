// Memory for plain values, indexed by its owner alone: no reference counts, and no bounds checks in release builds.

/// Safe as far as its owner uses only indices below `count`, which debug builds check, and calls `deallocate()` last.
@safe
struct PlainMemory<Element: BitwiseCopyable> {
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  init(repeating value: Element, count: Int) {
    unsafe base = .allocate(capacity: count)
    unsafe base.initialize(repeating: value, count: count)
    self.count = count
  }

  func deallocate() { unsafe base.deallocate() }

  subscript(index: Int) -> Element {
    @inline(__always)
    get {
      assert(index >= 0 && index < count)
      return unsafe base[index]
    }
    @inline(__always)
    nonmutating _modify {
      assert(index >= 0 && index < count)
      yield unsafe &base[index]
    }
  }

  /// Twice the memory in place of this, which is deallocated; what is new holds `value`. Returned, and not `mutating`:
  /// the owner's field would be checked for exclusivity at each use.
  func grown(with value: Element) -> PlainMemory {
    let grown = PlainMemory(repeating: value, count: count * 2)
    unsafe grown.base.update(from: base, count: count)
    deallocate()
    return grown
  }
}
