// The properties of a baggage member: kept beside its value, never looked at.

internal import Context

/// A context holds the properties of the member `key` as an entry of their own, named `key;`: no baggage key can hold
/// a semicolon, so that every store and propagator carries them without knowing. When a key repeats, the newest
/// member counts, with its own properties or none.
enum BaggageProperties {
  static var nameSuffix: UInt8 { 0x3b }

  static func name(of key: UnsafeRawBufferPointer) -> [UInt8] { Array(key) + [nameSuffix] }

  @inline(never)
  static func remove(of key: UnsafeRawBufferPointer, from context: RequestContext) {
    context.removeEntry(name: name(of: key).span.bytes)
  }

  /// The list that follows the first semicolon, without optional white space and empty properties; nil when malformed.
  /// Property: `key [ OWS "=" OWS value ]`.
  static func normalized(_ list: UnsafeRawBufferPointer) -> [UInt8]? {
    var result: [UInt8] = []
    var start = 0
    while start <= list.count {
      var end = start
      while end < list.count, list[end] != 0x3b { end &+= 1 }
      let property = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: list[start..<end]))
      start = end &+ 1
      if property.isEmpty { continue }
      let keyEnd = property.firstIndex(of: 0x3d) ?? property.count
      let key = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: property[..<keyEnd]))
      guard BaggageCharacters.isKey(key) else { return nil }
      if !result.isEmpty { result.append(nameSuffix) }
      result.append(contentsOf: key)
      if keyEnd < property.count {
        let value = BaggageCharacters.trimmed(UnsafeRawBufferPointer(rebasing: property[(keyEnd &+ 1)...]))
        guard BaggageCharacters.isValue(value) else { return nil }
        result.append(0x3d)
        result.append(contentsOf: value)
      }
    }
    return result
  }
}
