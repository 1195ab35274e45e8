// Where a service context keeps what travels.

public import Instrumentation

private enum PropagatedContextKey: ServiceContextKey {
  typealias Value = PropagatedContext
  static var nameOverride: String? { "propagated-context" }
}

extension ServiceContext {
  /// What `ContextPropagationInstrument` extracted from the request, and what it injects into requests that are sent.
  public var propagated: PropagatedContext? {
    get { self[PropagatedContextKey.self] }
    set { self[PropagatedContextKey.self] = newValue }
  }
}
