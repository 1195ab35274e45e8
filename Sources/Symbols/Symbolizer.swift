// From an address in another process of this machine to a function's name, by the files that were loaded there.

internal import Glibc

package struct SymbolizedFrame: Hashable, Sendable {
  /// For people. Of code that no symbol covers: its file in brackets.
  package var name: String
  /// It is of the program itself, and written in Swift: not of a library, not of C, nor what the compiler made of the
  /// standard library's and Foundation's generic code.
  package var isOwnSwift: Bool
  /// It is of the program itself.
  package var isOwn: Bool

  package init(name: String, isOwnSwift: Bool, isOwn: Bool) {
    self.name = name
    self.isOwnSwift = isOwnSwift
    self.isOwn = isOwn
  }
}

/// Keeps what it has read and found: one for all nodes of one program.
package final class Symbolizer {
  /// A file that was loaded, with where.
  package struct Module {
    package var base: UInt64
    package var start: UInt64
    package var end: UInt64
    /// Empty for the program itself.
    package var path: String

    package init(base: UInt64, start: UInt64, end: UInt64, path: String) {
      self.base = base
      self.start = start
      self.end = end
      self.path = path
    }
  }

  private let program: String
  private var files: [String: ELFSymbols?] = [:]
  private var names: [String: SymbolizedFrame] = [:]

  /// - Parameter program: the file of the program itself.
  package init(program: String = "/proc/self/exe") {
    self.program = program
  }

  package func frame(at address: UInt64, among modules: [Module]) -> SymbolizedFrame {
    guard let module = modules.first(where: { $0.start <= address && address < $0.end }) else {
      return SymbolizedFrame(name: "[unknown]", isOwnSwift: false, isOwn: false)
    }
    let isOwn = module.path.isEmpty
    guard let symbol = symbols(of: isOwn ? program : module.path)?.name(at: address - module.base) else {
      let file = isOwn ? "ctxchain" : module.path.split(separator: "/").last.map(String.init) ?? module.path
      return SymbolizedFrame(name: "[\(file)]", isOwnSwift: false, isOwn: isOwn)
    }
    let key = (isOwn ? "+" : "-") + symbol
    if let known = names[key] { return known }
    let name = FunctionName.readable(symbol)
    // `closure #1 in Swift.Array.…`: the last word tells whose it is.
    let isForeign = name.split(separator: " ").last.map { $0.hasPrefix("Swift.") || $0.hasPrefix("Foundation") } ?? true
    let frame = SymbolizedFrame(
      name: name, isOwnSwift: isOwn && FunctionName.isSwift(symbol) && !isForeign, isOwn: isOwn)
    names[key] = frame
    return frame
  }

  private func symbols(of path: String) -> ELFSymbols? {
    if let known = files[path] { return known }
    let symbols = separated(path) ?? ELFSymbols(path: path)
    files[path] = .some(symbols)
    return symbols
  }

  /// The symbols that a file was stripped of, where they lie beside it (`objcopy --only-keep-debug`).
  private func separated(_ path: String) -> ELFSymbols? {
    guard let file = realpath(path, nil) else { return nil }
    defer { free(file) }
    return ELFSymbols(path: String(cString: file) + ".debug")
  }
}
