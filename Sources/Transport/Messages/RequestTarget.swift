// Where the requests of an edge go and what each says of that, where a transport has words for it.

public struct RequestTarget: Sendable {
  /// A host and an optional port.
  public var host: String
  /// With a query, if there is one.
  public var path: String
  public var method: String
  /// How requests carry their context, where the callee assumes something else; nil: it is not said.
  public var propagator: String?
  /// The context travels at the front of the body and not in header fields.
  public var contextInBody: Bool
  /// Fields that are never put into a table that both ends keep.
  public var neverIndexed: FieldClasses
  /// Header fields of every request, in order.
  public var fields: [Field]
  /// Over gRPC: what every call to another service's method sends; nil: each call has its own.
  public var message: [UInt8]?

  public struct Field: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    host: String = "ctxchain", path: String = "/", method: String = "POST", propagator: String? = nil,
    contextInBody: Bool = false, neverIndexed: FieldClasses = [], fields: [Field] = [], message: [UInt8]? = nil
  ) {
    self.host = host
    self.path = path
    self.method = method
    self.propagator = propagator
    self.contextInBody = contextInBody
    self.neverIndexed = neverIndexed
    self.fields = fields
    self.message = message
  }
}
