// How the enums of a topology are written in JSON: one key that names the case, and its value. It never sees YAML.

extension Step {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case set, work, sleep, call, parallel
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .set(let assignments): try container.encode(assignments, forKey: .set)
    case .work(let duration): try container.encode(duration, forKey: .work)
    case .countedWork(let iterations):
      var amount = container.nestedContainer(keyedBy: AmountKeys.self, forKey: .work)
      try amount.encode(iterations, forKey: .iterations)
    case .sleep(let duration): try container.encode(duration, forKey: .sleep)
    case .call(let call): try container.encode(call, forKey: .call)
    case .parallel(let calls): try container.encode(calls, forKey: .parallel)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.onlyKey(of: CodingKeys.allCases) {
    case .set: self = .set(try container.decode([Assignment].self, forKey: .set))
    case .work:
      let amount = try container.nestedContainer(keyedBy: AmountKeys.self, forKey: .work)
      switch try amount.onlyKey(of: AmountKeys.allCases) {
      case .iterations: self = .countedWork(iterations: try amount.decode(Int64.self, forKey: .iterations))
      case .fixedNanoseconds, .exponentialMeanNanoseconds:
        self = .work(try container.decode(DurationDistribution.self, forKey: .work))
      }
    case .sleep: self = .sleep(try container.decode(DurationDistribution.self, forKey: .sleep))
    case .call: self = .call(try container.decode(Call.self, forKey: .call))
    case .parallel: self = .parallel(try container.decode([Call].self, forKey: .parallel))
    }
  }
}

/// Of what stands behind `work`: a duration's, and a count's.
private enum AmountKeys: String, CodingKey, CaseIterable {
  case fixedNanoseconds, exponentialMeanNanoseconds, iterations
}

extension DurationDistribution {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case fixedNanoseconds, exponentialMeanNanoseconds
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .fixed(let nanoseconds): try container.encode(nanoseconds, forKey: .fixedNanoseconds)
    case .exponential(let mean): try container.encode(mean, forKey: .exponentialMeanNanoseconds)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let key = try container.onlyKey(of: CodingKeys.allCases)
    let nanoseconds = try container.decode(Int64.self, forKey: key)
    switch key {
    case .fixedNanoseconds: self = .fixed(nanoseconds: nanoseconds)
    case .exponentialMeanNanoseconds: self = .exponential(meanNanoseconds: nanoseconds)
    }
  }
}

/// A number or a string, as in the topology file.
extension AssignedValue {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .integer(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else {
      self = .integer(try container.decode(Int64.self))
    }
  }
}

extension KeyedDecodingContainer {
  /// The one key that is there.
  fileprivate func onlyKey(of known: [Key]) throws -> Key {
    guard allKeys.count == 1, let key = allKeys.first else {
      let names = known.map(\.stringValue).joined(separator: ", ")
      let context = DecodingError.Context(codingPath: codingPath, debugDescription: "expected exactly one of \(names)")
      throw DecodingError.dataCorrupted(context)
    }
    return key
  }
}
