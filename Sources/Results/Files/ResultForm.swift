// What every document of a result has: the name of its form, by which a reader knows it, and the version of that form.

package protocol ResultForm: Encodable, Sendable {
  /// Begins with `ctxchain-`.
  static var formatName: String { get }
  static var currentVersion: Int { get }
}

extension ResultForm {
  /// The format without what all have in common: `run`, `capacity`.
  package static var kind: String { String(formatName.dropFirst("ctxchain-".count)) }
}
