// The packed store finds every name in a tail, however often it is asked and whatever has moved between.

import Context
import Statistics
import Testing

@Suite("Names in the tail of a packed image")
struct PackedIndexTests {
  /// Names of every size around that of a word, alike but for one byte.
  private let names = [
    "a", "b", "aa", "ab", "ba", "abc", "abd", "abcd", "bbcd", "abcde", "abcdf", "abcdef", "abcdefg", "abcdefgh",
    "abcdefgi", "bbcdefgh", "abcdefghi", "abcdefghj", "bbcdefghi", "abcdefghijklmnop", "abcdefghijklmnoq",
    "abcdefghijklmnopq", String(repeating: "n", count: 255), String(repeating: "n", count: 254) + "m",
  ]

  @Test(
    "are found as a dictionary finds them, in any order of sets, gets and long tenants",
    arguments: 1...60 as ClosedRange<UInt64>)
  func model(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let context: RequestContext = PackedContext()
    var model: [String: ContextValue] = [:]
    let integerKeys = Dictionary(uniqueKeysWithValues: names.map { ($0, ContextKey(name: $0, type: .integer)) })
    let textKeys = Dictionary(uniqueKeysWithValues: names.map { ($0, ContextKey(name: $0, type: .text)) })
    for _ in 0..<400 {
      let name = names.randomElement(using: &random)!
      switch random.next() % 8 {
      case 0:
        // Eight bytes, as many as an integer has.
        context.set(textKeys[name]!, "01234567")
        model[name] = .text("01234567")
      case 1:
        let text = String(repeating: "t", count: Int(random.next() % 40))
        context.set(name, text)
        model[name] = .text(text)
      case 2:
        context.setInteger(integerKeys[name]!, Int64(seed))
        model[name] = .integer(Int64(seed))
      case 3:
        let tenant = String(repeating: "x", count: Int(random.next() % 40))
        context.set(.tenant, tenant)
        model["tenant"] = .text(tenant)
      case 4: context.setTraceState(random.next() % 2 == 0 ? "a=1" : "a=1,b=22")
      default: break
      }
      let asked = names.randomElement(using: &random)!
      if case .integer(let integer)? = model[asked] {
        #expect(context.integer(integerKeys[asked]!) == integer && context.text(textKeys[asked]!) == nil)
      } else if case .text(let text)? = model[asked] {
        #expect(context.text(textKeys[asked]!) == text && context.integer(integerKeys[asked]!) == nil)
      } else {
        #expect(context.integer(integerKeys[asked]!) == nil && context.text(textKeys[asked]!) == nil)
      }
    }
    #expect(context.snapshot.entries == model)
  }

  @Test("are those of the image in force, after another came and after it was copied")
  func otherImage() {
    func image(_ entries: [(String, String)]) -> [UInt8] {
      let context: RequestContext = PackedContext()
      for (name, text) in entries { context.set(name, text) }
      return context.image()
    }
    let one = image([("a", "1"), ("b", "2"), ("longer-than-a-word", "3")])
    let other = image([("b", "5"), ("longer-than-a-word", "6")])
    let keys = ["a", "b", "longer-than-a-word"].map { ContextKey(name: $0, type: .text) }
    let context: RequestContext = PackedContext()
    for (bytes, expected) in [(one, ["1", "2", "3"]), (other, [nil, "5", "6"]), (one, ["1", "2", "3"])] {
      bytes.withUnsafeBytes { bytes in
        let isRead = context.readPacked(bytes)
        #expect(isRead)
        for _ in 0..<3 { #expect(keys.map { context.text($0) } == expected) }
        context.set("c", "new")
        #expect(keys.map { context.text($0) } == expected)
        #expect(context.text(ContextKey(name: "c", type: .text)) == "new")
      }
      context.reset()
      for _ in 0..<3 { #expect(keys.map { context.text($0) } == [nil, nil, nil]) }
      context.set("z", "alone")
      for _ in 0..<3 { #expect(keys.map { context.text($0) } == [nil, nil, nil]) }
    }
  }

  @Test("are all found when there are as many as a context may have")
  func full() {
    let context: RequestContext = PackedContext()
    let keys = (0..<ContextLimits.entryCountMax).map { ContextKey(name: "key-\($0)", type: .integer) }
    for (index, key) in keys.enumerated() {
      context.setInteger(key, Int64(index))
      #expect(context.integer(key) == Int64(index))
    }
    for (index, key) in keys.enumerated() { #expect(context.integer(key) == Int64(index)) }
    #expect(context.integer(ContextKey(name: "key-256", type: .integer)) == nil)
  }
}
