// What a figure of a bench is of. It measures nothing.

/// What is done once per operation.
package enum BenchOperation: String, Codable, CaseIterable, Sendable {
  /// One key set, on the average of building a context of so many layers from nothing; emptying it is included.
  case set
  /// Text handed out as bytes: of the oldest key, of the newest, and of one that is absent.
  case first, newest, missing
  /// The newest integer, cast to its type.
  case cast
  /// A child with a span id of its own, made of the child before.
  case derive
  case inject, extract
  /// Extract, standard work, inject: the context work of one service.
  case hop
  /// Extract and standard work: that of a service which calls none. No bench shows it.
  case arrival
}

/// Names a case, in a result too. What does not apply is nil.
package struct BenchSubject: Codable, Equatable, Hashable, Sendable {
  package var operation: BenchOperation
  package var strategy: String?
  package var store: String?
  /// `shadow` or `distinct`.
  package var growth: String?
  package var layers: Int?
  package var propagator: String?
  /// `standard`: trace, request id, user, tenant. `full`: a tracestate and three entries more.
  package var content: String?

  package init(
    _ operation: BenchOperation, strategy: String? = nil, store: String? = nil, growth: String? = nil,
    layers: Int? = nil, propagator: String? = nil, content: String? = nil
  ) {
    self.operation = operation
    self.strategy = strategy
    self.store = store
    self.growth = growth
    self.layers = layers
    self.propagator = propagator
    self.content = content
  }
}
