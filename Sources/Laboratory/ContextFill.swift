// Fills a context with layers of three keys each, as services on a path do. The same calls for every store.

internal import Context

/// The client's part (a trace and the tenant), then layers. With growth `shadow` each sets request id, user and span
/// context; with `distinct` names of its own: `l<layer>.a` (text), `.b` (integer), `.c` (text). Texts have 16 bytes, the
/// tenant 15.
final class ContextFill {
  static let keysPerLayer = 3

  private enum Value { case text, integer, span }

  /// A key is alive as long as `keys`; `nil` for the span context.
  private struct Assignment {
    let key: Unmanaged<ContextKey>?
    let value: Value
  }

  /// In the order set.
  private let keys: [ContextKey]
  /// Behind a pointer, and the text too: a loop over them costs no reference counting beside what it measures.
  private let assignments: UnsafeMutableBufferPointer<Assignment>
  private let text: UnsafeMutableRawBufferPointer
  let span = SpanContext(
    traceIDHigh: 0x4bf9_2f35_77b3_4da6, traceIDLow: 0xa3ce_929d_0e0e_4736, spanID: 0x00f0_67aa_0ba9_02b7, flags: 1)

  /// Text keys, and the newest integer key.
  let first: ContextKey
  let newest: ContextKey
  let newestInteger: ContextKey
  var assignmentCount: Int { assignments.count }

  init(growth: ContextGrowth, layers: Int) {
    let bytes = StandardWork.requestID(layer: 1)
    text = .allocate(byteCount: bytes.count, alignment: 8)
    text.copyBytes(from: bytes)
    assignments = .allocate(capacity: layers * ContextFill.keysPerLayer)
    switch growth {
    case .shadow:
      keys = [.requestID, .user]
      (first, newest, newestInteger) = (.tenant, .requestID, .user)
    case .distinct:
      let types: [ContextValueType] = [.text, .integer, .text]
      keys = (1...layers).flatMap { layer in
        types.indices.map { ContextKey(name: StandardWork.keyName(layer: layer, index: $0), type: types[$0]) }
      }
      (first, newest, newestInteger) = (keys[0], keys[keys.count - 1], keys[keys.count - 2])
    }
    for index in assignments.indices {
      let key = growth == .shadow ? index % ContextFill.keysPerLayer : index
      let assignment =
        key < keys.count
        ? Assignment(key: .passUnretained(keys[key]), value: keys[key].type == .text ? .text : .integer)
        : Assignment(key: nil, value: .span)
      assignments.initializeElement(at: index, to: assignment)
    }
  }

  deinit {
    assignments.deallocate()
    text.deallocate()
  }

  /// Makes the context hold the client's part and the layers, and nothing else.
  func build(_ context: RequestContext) {
    context.reset()
    context.setSpanContext(span)
    context.setText(.tenant, UnsafeRawBufferPointer(rebasing: text.dropLast()).bytes)
    setLayers(on: context)
  }

  func setLayers(on context: RequestContext) {
    let text = UnsafeRawBufferPointer(text)
    for assignment in assignments {
      guard let key = assignment.key else {
        context.setSpanContext(span)
        continue
      }
      key._withUnsafeGuaranteedRef { key in
        if assignment.value == .text {
          context.setText(key, text.bytes)
        } else {
          context.setInteger(key, 1_000_001)
        }
      }
    }
  }
}
