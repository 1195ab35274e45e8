// What is wrong with a topology, and where. The one error type of this module; always a single line of text.

/// A topology that cannot be used. `description` is one line:
/// `topologies/x.yaml:14:7: services.cart.script[0].call: unknown service "prcing"; did you mean "pricing"?`
package struct TopologyError: Error, Equatable, Sendable, CustomStringConvertible {
  /// As the caller named it; empty when no file is involved.
  package let file: String
  /// From 1; nil when the whole file is meant.
  package let line: Int?
  /// From 1, in Unicode scalars.
  package let column: Int?
  /// Where in the document, such as `services.cart.script[0].call`; empty at its top.
  package let path: String
  /// What was expected and what came.
  package let problem: String

  package init(file: String, line: Int? = nil, column: Int? = nil, path: String = "", problem: String) {
    self.file = file
    self.line = line
    self.column = column
    self.path = path
    self.problem = problem
  }

  package var description: String {
    var place = singleLine(file)
    if let line { place += ":\(line)" }
    if let line, let column, line > 0 { place += ":\(column)" }
    return [place, path, problem].filter { !$0.isEmpty }.joined(separator: ": ")
  }
}

/// `text` in quotes for a message: control characters escaped, cut after 64 characters.
func quoted(_ text: String) -> String {
  let shown = text.unicodeScalars.prefix(64)
  let isCut = shown.endIndex != text.unicodeScalars.endIndex
  return "\"" + singleLine(String(String.UnicodeScalarView(shown))) + (isCut ? "…" : "") + "\""
}

/// `text` with everything escaped that would break a line or a terminal.
private func singleLine(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: result += scalar.escaped(asASCII: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
