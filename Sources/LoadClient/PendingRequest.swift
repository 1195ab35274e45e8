// What a trial keeps of one request. Plain memory.

/// A request under way. `next` links free slots.
struct PendingRequest {
  var intended: Int64
  var sent: Int64
  var timer: Int32
  var generation: UInt32
  var next: Int32
  var connection: Int32
  var isActive: Bool
}
