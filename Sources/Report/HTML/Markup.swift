// A piece of HTML or SVG. Text comes in only through `text` and attribute values, which escape it, so nothing that a
// result says can become markup.

package struct Markup: Sendable {
  let source: String
  /// Of a section: what a list of contents calls it.
  var heading: (id: String, title: String)?

  static let nothing = Markup(source: "")

  private init(source: String) {
    self.source = source
  }

  /// Source code of the program itself, never of a result.
  init(trusted source: StaticString) {
    self.init(source: source.description)
  }

  /// The rules of a style sheet by which an arm's switch hides it, and the pointer over it dims the others.
  init(rulesOfArm index: Int) {
    self.init(
      source: "body:has(#show-\(index):not(:checked)) .chart .arm-\(index){display:none}\n"
        + ".chart:has(.arm-\(index):hover) .arm:not(.arm-\(index)){opacity:.2}\n")
  }

  init(_ pieces: [Markup]) {
    self.init(source: pieces.map(\.source).joined())
  }

  static func text(_ text: String) -> Markup { Markup(source: escaped(text)) }

  /// - Parameters:
  ///   - name: of the element, a literal.
  ///   - attributes: one with a nil value is left out.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [Markup] = []
  ) -> Markup {
    var source = "<" + name
    for (key, value) in attributes {
      if let value { source += " \(key)=\"\(escaped(value))\"" }
    }
    source += ">"
    guard !voidElements.contains(name) else { return Markup(source: source) }
    for child in children { source += child.source }
    return Markup(source: source + "</\(name)>")
  }

  static func element(_ name: String, _ attributes: KeyValuePairs<String, String?> = [:], text: String) -> Markup {
    element(name, attributes, [.text(text)])
  }

  /// Elements without an end tag.
  private static let voidElements: Set<String> = ["br", "input", "link", "meta"]

  /// For text and for attribute values in double quotes. Characters that HTML or XML (1.0, 2.2) forbids become U+FFFD.
  package static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default:
        let isControl = scalar.properties.generalCategory == .control
        result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }
}
