// Where a request carries its context, over a transport that has a head and a body.

package enum ContextPlace: String, CaseIterable {
  case header, body

  /// - Parameter inBody: as `Call` and `ClientSide` have it.
  init(inBody: Bool?) { self = inBody == true ? .body : .header }

  /// As they have it.
  var inBody: Bool? { self == .body ? true : nil }
}
