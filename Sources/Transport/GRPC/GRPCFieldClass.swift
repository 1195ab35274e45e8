// Which kind of field a name stands for (`FieldClasses`).

internal import Glibc
internal import TransportMessages

enum GRPCFieldClass {
  /// Names of the formats that carry a trace, and how others of them begin.
  private static let names: [StaticString] = ["traceparent", "tracestate", "b3", "uber-trace-id", "x-amzn-trace-id"]
  private static let beginnings: [StaticString] = ["x-b3-", "x-datadog-", "ot-tracer-"]

  static func of(_ name: UnsafeRawBufferPointer) -> FieldClasses {
    if begins(name, "ctxchain-context-bin") { return .binary }
    let isTrace =
      names.contains { $0.utf8CodeUnitCount == name.count && begins(name, $0) }
      || beginnings.contains { begins(name, $0) }
    return isTrace ? .trace : .baggage
  }

  private static func begins(_ name: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
    let size = text.utf8CodeUnitCount
    return name.count >= size && memcmp(name.baseAddress!, text.utf8Start, size) == 0
  }
}
