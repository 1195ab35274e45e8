// Sampled stacks with names, and what is made of them: the heaviest call sites, and folded stacks. It reads no symbols.

internal import Statistics

package struct NamedFrame: Hashable, Sendable {
  package var name: String
  /// Of the program itself; else of a library.
  package var isOwn: Bool
  /// Of the program itself, Swift, and its own: no copy of a library's generic code.
  package var isOwnSwift: Bool

  package init(name: String, isOwn: Bool, isOwnSwift: Bool) {
    self.name = name
    self.isOwn = isOwn
    self.isOwnSwift = isOwnSwift
  }
}

package struct NamedStack: Equatable, Sendable {
  /// From the innermost.
  package var frames: [NamedFrame]
  package var samples: UInt64
  package var weight: UInt64

  package init(frames: [NamedFrame], samples: UInt64, weight: UInt64) {
    self.frames = frames
    self.samples = samples
    self.weight = weight
  }

  /// Without libc's function behind all system calls that the program wraps itself: the wrapper says which it was.
  private var significantFrames: ArraySlice<NamedFrame> {
    guard frames.first?.name == "syscall", let next = frames.dropFirst().first, next.isOwn, !next.isOwnSwift else {
      return frames[...]
    }
    return frames.dropFirst()
  }

  fileprivate var innermost: String { (significantFrames.first ?? NamedStack.unknown).name }

  /// What the program's own code called, and from where.
  fileprivate var site: Site {
    let frames = significantFrames
    guard let place = frames.firstIndex(where: \.isOwnSwift) else { return Site(function: innermost, caller: nil) }
    guard place > frames.startIndex else { return Site(function: frames[place].name, caller: nil) }
    return Site(function: frames[place - 1].name, caller: frames[place].name)
  }

  private static let unknown = NamedFrame(name: "[unknown]", isOwn: false, isOwnSwift: false)
}

private struct Site: Hashable {
  let function: String
  let caller: String?
}

extension CallSite {
  package enum Kind: String, CaseIterable, Sendable { case cpu, allocations }

  private struct Sum {
    var samples: UInt64 = 0
    var weight: UInt64 = 0
    /// Weight by innermost function.
    var parts: [String: UInt64] = [:]
  }

  /// The `count` heaviest sites, equal ones by name.
  package static func heaviest(_ count: Int, of stacks: [NamedStack]) -> [CallSite] {
    var sums: [Site: Sum] = [:]
    for stack in stacks {
      sums[stack.site, default: Sum()].samples += stack.samples
      sums[stack.site, default: Sum()].weight += stack.weight
      sums[stack.site, default: Sum()].parts[stack.innermost, default: 0] += stack.weight
    }
    let whole = Double(stacks.reduce(0) { $0 + $1.weight })
    return sums.sorted { left, right in
      if left.value.weight != right.value.weight { return left.value.weight > right.value.weight }
      return (left.key.function, left.key.caller ?? "") < (right.key.function, right.key.caller ?? "")
    }.prefix(count).map { site, sum in
      let largest = sum.parts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
      return CallSite(
        function: site.function, caller: site.caller, mostly: largest == site.function ? nil : largest,
        samples: sum.samples, weight: sum.weight, share: ratio(Double(sum.weight), whole) ?? 0)
    }
  }
}

/// Stacks as flamegraph.pl and its relatives read them: `outermost;…;innermost weight`, a line per stack.
package enum FoldedStacks {
  package static func text(_ stacks: [NamedStack]) -> String {
    var sums: [String: UInt64] = [:]
    for stack in stacks {
      sums[stack.frames.reversed().map { field($0.name) }.joined(separator: ";"), default: 0] += stack.weight
    }
    return sums.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
  }

  /// A name must not end the frame or the line.
  private static func field(_ name: String) -> String {
    String(name.map { $0 == ";" ? ":" : $0.isNewline ? " " : $0 })
  }
}
