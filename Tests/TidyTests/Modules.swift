// The modules as Package.swift declares them and as the sources import one another.

import Foundation

/// A target of Package.swift whose sources are in Sources.
struct Module {
  let name: String
  let folder: String
  /// Names of other modules of ours.
  let dependencies: Set<String>

  /// What its Swift files import.
  func imports() throws -> Set<String> {
    var imports: Set<String> = []
    for file in TidyTests.swiftFiles(folder) {
      // Two spaces more where a trait decides.
      for line in try TidyTests.lines(file)
      where line.contains("import ") && (!line.hasPrefix(" ") || line.hasPrefix("  internal import ")) {
        let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
        guard !line.hasPrefix("//"), let index = words.firstIndex(of: "import") else { continue }
        let kinds = ["struct", "class", "enum", "protocol", "func", "let", "var", "typealias"]
        if let name = words[(index + 1)...].first(where: { !kinds.contains($0) }) { imports.insert(name) }
      }
    }
    return imports
  }

  static func all() throws -> [Module] {
    let manifest = try String(contentsOf: TidyTests.root.appending(path: "Package.swift"), encoding: .utf8)
    let calls = manifest.matches(of: /(?:\bmodule|\.target|\.executableTarget|\btransport)\((?=\s*(?:name: )?"[\w-]+")/)
      .map { call in
        // The helper for the family of transports names folder and module.
        let text = String(arguments(manifest[call.range.upperBound...]))
        guard call.0.hasPrefix("transport") else { return text }
        let name = text.firstMatch(of: /"(\w+)"/)!.1
        return text.replacing("\"\(name)\"", with: "\"Transport\(name)\"", maxReplacements: 1)
          + ", path: \"Transport/\(name)\""
      }
    let parts = calls.map { call in call.matches(of: /"([^"]+)"/).map { String($0.1) } }
    let names = Set(parts.compactMap(\.first))
    return zip(calls, parts).compactMap { call, strings in
      let name = strings[0]
      let path = call.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) } ?? name
      let folder = path.hasPrefix("Sources/") || path.hasPrefix("Tests/") ? path : "Sources/\(path)"
      guard folder.hasPrefix("Sources/") else { return nil }
      return Module(name: name, folder: folder, dependencies: names.intersection(strings).subtracting([name]))
    }
  }

  /// What stands between the bracket that was just opened and the one that closes it.
  private static func arguments(_ text: Substring) -> Substring {
    var depth = 1
    let end = text.firstIndex { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return depth == 0
    }
    return text[..<(end ?? text.endIndex)]
  }
}

/// Which modules import which, and the arrows that are left when one that follows from others is left out.
struct ModuleGraph {
  let below: [String: Set<String>]

  init(_ modules: [Module]) {
    below = Dictionary(uniqueKeysWithValues: modules.map { ($0.name, $0.dependencies) })
  }

  func reachable(from name: String) -> Set<String> {
    var found: Set<String> = []
    var next = Array(below[name] ?? [])
    while let one = next.popLast() {
      if found.insert(one).inserted { next += below[one] ?? [] }
    }
    return found
  }

  var arrows: [String: Set<String>] {
    below.mapValues { direct in
      direct.filter { one in !direct.contains { $0 != one && reachable(from: $0).contains(one) } }
    }.filter { !$0.value.isEmpty }
  }
}
