// What a gateway takes from the raw header fields of a request, as checked values. What it does with them is the module
// Gateway's business.

/// The rules of one service. A context key is set once: by the first of required, optional, mappings and defaults that
/// applies, each in the order of its list. Fields that no rule names are not read.
package struct GatewayRules: Codable, Equatable, Sendable {
  /// Without one of these, or with one that does not match, the request is refused.
  package var required: [FieldRule]
  /// One that does not match is left out.
  package var optional: [FieldRule]
  /// A request that carries one of these is refused; with a pattern, only when the value matches.
  package var rejected: [RejectedField]
  package var mappings: [FieldMapping]
  package var defaults: [Assignment]

  package init(
    required: [FieldRule] = [], optional: [FieldRule] = [], rejected: [RejectedField] = [],
    mappings: [FieldMapping] = [], defaults: [Assignment] = []
  ) {
    self.required = required
    self.optional = optional
    self.rejected = rejected
    self.mappings = mappings
    self.defaults = defaults
  }

  /// As a target: the trace id, of 32 or 16 lower-case hex digits.
  package static let traceIDTarget = "trace-id"

  package var ruleCount: Int { required.count + optional.count + rejected.count + mappings.count + defaults.count }
}

package struct FieldRule: Codable, Equatable, Sendable {
  /// Lower case.
  package var field: String
  /// A context key, or `GatewayRules.traceIDTarget`.
  package var target: String
  /// What `BytePattern` reads; nil takes every value that the target can hold.
  package var pattern: String?

  package init(field: String, target: String, pattern: String? = nil) {
    self.field = field
    self.target = target
    self.pattern = pattern
  }
}

package struct RejectedField: Codable, Equatable, Sendable {
  package var field: String
  /// Nil rejects every value.
  package var pattern: String?

  package init(field: String, pattern: String? = nil) {
    self.field = field
    self.pattern = pattern
  }
}

/// Gives the value of a field to a key, when a condition holds.
package struct FieldMapping: Codable, Equatable, Sendable {
  package var source: String
  package var target: String
  package var pattern: String?
  /// Nil: always.
  package var when: FieldCondition?

  package init(source: String, target: String, pattern: String? = nil, when: FieldCondition? = nil) {
    self.source = source
    self.target = target
    self.pattern = pattern
    self.when = when
  }
}

/// Exactly one of `is`, `matches` and `absent` is there.
package struct FieldCondition: Codable, Equatable, Sendable {
  package var field: String
  /// The value is this text.
  package var `is`: String?
  package var matches: String?
  /// The field is not there; false: it is.
  package var absent: Bool?

  package init(field: String, is text: String? = nil, matches: String? = nil, absent: Bool? = nil) {
    self.field = field
    self.is = text
    self.matches = matches
    self.absent = absent
  }
}

/// Why a gateway refuses a request.
package enum GatewayRefusal: UInt8, CaseIterable, Sendable {
  /// A required field is not there.
  case missingField
  /// A required field's value does not match, or its target cannot hold it.
  case malformedField
  /// A required field is there twice: which one is meant?
  case repeatedField
  /// A field that clients may not send.
  case rejectedField
}

/// A header field that the client sends.
package struct ClientField: Codable, Equatable, Sendable {
  /// Lower case.
  package var name: String
  /// Nil: the field is left out, also when the client's propagator writes it.
  package var value: String?

  package init(name: String, value: String?) {
    self.name = name
    self.value = value
  }
}

/// A share of the client's requests that carries other fields.
package struct BadRequests: Codable, Equatable, Sendable {
  /// 0…1.
  package var share: Double
  package var fields: [ClientField]

  package init(share: Double, fields: [ClientField]) {
    self.share = share
    self.fields = fields
  }
}
