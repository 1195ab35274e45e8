// A symbol's name for people: demangled by the runtimes that are loaded, and without what a profile does not need.

internal import Glibc

package enum FunctionName {
  /// Swift's and C++'s names demangled and shortened; others as they are.
  package static func readable(_ symbol: String) -> String {
    if isSwift(symbol) { return swiftDemangled(symbol).map(shortened) ?? symbol }
    if symbol.hasPrefix("_Z") { return cxxDemangled(symbol).map(withoutParameters) ?? symbol }
    // glibc has several versions of one function: `memcpy@@GLIBC_2.14`.
    return symbol.split(separator: "@", maxSplits: 1).first.map(String.init) ?? symbol
  }

  package static func isSwift(_ symbol: String) -> Bool { symbol.hasPrefix("$s") || symbol.hasPrefix("$S") }

  // MARK: Demangling

  private typealias SwiftDemangle =
    @convention(c) (
      UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
    ) -> UnsafeMutablePointer<CChar>?
  private typealias CxxDemangle =
    @convention(c) (
      UnsafePointer<CChar>, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int32>?
    ) -> UnsafeMutablePointer<CChar>?

  private static let swiftDemangle = dlsym(nil, "swift_demangle").map { unsafeBitCast($0, to: SwiftDemangle.self) }
  private static let cxxDemangle = dlsym(nil, "__cxa_demangle").map { unsafeBitCast($0, to: CxxDemangle.self) }

  private static func swiftDemangled(_ symbol: String) -> String? {
    guard let text = swiftDemangle?(symbol, symbol.utf8.count, nil, nil, 0) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private static func cxxDemangled(_ symbol: String) -> String? {
    var status: Int32 = 0
    guard let text = cxxDemangle?(symbol, nil, nil, &status) else { return nil }
    defer { free(text) }
    return status == 0 ? String(cString: text) : nil
  }

  // MARK: Shortening

  /// `generic specialization <A> of closure #1 (B) -> C in Module.Type.name(label: D, E) -> F` becomes
  /// `closure #1 in Module.Type.name(label:_:)`.
  package static func shortened(_ demangled: String) -> String {
    let plain = withoutPlaces(demangled)
    var name = plain[...]
    // What was made of the function comes first; what it was made of is behind the last ` of ` outside brackets.
    while let range = firstOutside(" of ", in: name), isMadeFrom(name[..<range.lowerBound]) {
      name = name[range.upperBound...]
    }
    for prefix in ["merged ", "static ", "dispatch thunk of "] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    if let range = firstOutside(" in ", in: name), let word = name.split(separator: " ").first,
      ["closure", "implicit", "autoclosure"].contains(word)
    {
      let number = name.split(separator: " ").first { $0.hasPrefix("#") }
      return (["closure"] + (number.map { [String($0)] } ?? [])).joined(separator: " ") + " in "
        + shortened(String(name[range.upperBound...]))
    }
    if let range = firstOutside(" : ", in: name) { name = name[..<range.lowerBound] }
    return withLabels(name)
  }

  /// `(extension in A):B.(c in _0123)()` becomes `B.c()`: where a name was declared is not shown.
  private static func withoutPlaces(_ name: String) -> String {
    var (result, rest) = ("", name[...])
    while let open = rest.firstIndex(of: "(") {
      result += rest[..<open]
      rest = rest[open...]
      let inside = rest.dropFirst().prefix { $0 != ")" && $0 != "(" && $0 != "<" }
      let words = inside.split(separator: " ")
      guard words.count == 3, words[1] == "in" else {
        result.append(rest.removeFirst())
        continue
      }
      rest = rest[inside.endIndex...].dropFirst()
      if words[0] != "extension" { result += words[0] } else if rest.first == ":" { rest.removeFirst() }
    }
    return result + rest
  }

  private static func isMadeFrom(_ words: Substring) -> Bool {
    ["specialization", "specialized", "thunk", "witness", "resume", "partial apply", "outlined", "reabstraction"]
      .contains { words.contains($0) }
  }

  /// Parameters as Swift writes a function's full name: their labels alone.
  private static func withLabels(_ name: Substring) -> String {
    let base = withoutGenerics(name)
    guard let open = base.firstIndex(of: "("), let close = matching(open, in: base) else {
      return firstOutside(" -> ", in: base[...]).map { String(base[..<$0.lowerBound]) } ?? base
    }
    var labels = ""
    for parameter in split(base[base.index(after: open)..<close]) {
      let label = firstOutside(": ", in: parameter).map { parameter[..<$0.lowerBound] } ?? "_"
      labels += (label.contains(" ") ? "_" : label) + ":"
    }
    return base[..<open] + "(" + labels + ")"
  }

  /// `A<B>.c<D>` becomes `A.c`; an operator's own signs stay.
  private static func withoutGenerics(_ name: Substring) -> String {
    var (result, depth) = ("", 0)
    var before: Character = " "
    for character in name {
      if character == "<", depth > 0 || before.isLetter || before.isNumber { depth += 1 }
      if depth == 0 { result.append(character) }
      if character == ">", depth > 0, before != "-" { depth -= 1 }
      before = character
    }
    return result
  }

  /// C++: everything before the parameters.
  private static func withoutParameters(_ name: String) -> String {
    let base = withoutGenerics(name[...])
    guard let open = base.firstIndex(of: "("), open != base.startIndex else { return base }
    return String(base[..<open])
  }

  // MARK: Brackets

  private static let opening: Set<Character> = ["(", "<", "[", "{"]
  private static let closing: Set<Character> = [")", ">", "]", "}"]

  /// The first place of `text` that no bracket encloses.
  private static func firstOutside(_ text: String, in name: Substring) -> Range<Substring.Index>? {
    var depth = 0
    var index = name.startIndex
    while index < name.endIndex {
      let character = name[index]
      if depth == 0, name[index...].hasPrefix(text) { return index..<name.index(index, offsetBy: text.count) }
      if opening.contains(character) { depth += 1 }
      let isArrow = character == ">" && index > name.startIndex && name[name.index(before: index)] == "-"
      if closing.contains(character), !isArrow { depth -= 1 }
      index = name.index(after: index)
    }
    return nil
  }

  private static func matching(_ open: String.Index, in name: String) -> String.Index? {
    var depth = 0
    for index in name[open...].indices {
      if name[index] == "(" { depth += 1 }
      if name[index] == ")" { depth -= 1 }
      if depth == 0 { return index }
    }
    return nil
  }

  private static func split(_ list: Substring) -> [Substring] {
    var rest = list
    var parts: [Substring] = []
    while let comma = firstOutside(", ", in: rest) {
      parts.append(rest[..<comma.lowerBound])
      rest = rest[comma.upperBound...]
    }
    return rest.isEmpty ? parts : parts + [rest]
  }
}
