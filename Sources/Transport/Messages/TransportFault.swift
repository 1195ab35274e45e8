// Why a connection was closed for what came over it.

/// The counter page of a node has a place for each, in this order. A transport that has reasons of its own adds them at
/// the end.
public enum TransportFault: UInt8, CaseIterable, Sendable, Error {
  case tooShort, tooLarge, unknownType, sizesDisagree, tooManyFields, malformedField, contextTooLarge
  case unexpectedType, unexpectedHello, noHopsLeft
}
