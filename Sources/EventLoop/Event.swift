// A libevent event, and the only code that calls libevent's functions on one.

internal import CLibevent

/// Safe to use: the pointer comes from `event_new`, never leaves, and its owner forgets the event when it frees it.
@safe
struct Event {
  private let pointer: OpaquePointer

  /// - Parameters:
  ///   - subject: a descriptor or a signal's number.
  ///   - kind: libevent's flags.
  ///   - context: handed to the callback; it must stay valid until `free()`.
  init(
    loop: EventLoop, subject: Int32, kind: Int32, context: UnsafeMutableRawPointer,
    callback: @escaping event_callback_fn
  ) {
    guard let pointer = unsafe event_new(loop.base, subject, Int16(kind), callback, context) else {
      preconditionFailure("no memory is left for an event")
    }
    unsafe self.pointer = pointer
  }

  /// Waits for the event.
  func add() { unsafe event_add(pointer, nil) }

  func remove() { unsafe event_del(pointer) }

  /// Takes it out of the loop, also when its callback is due in this turn.
  func free() { unsafe event_free(pointer) }
}
