// A thread that runs one function. What it shares with others is `Mailbox`, and what is Sendable by itself.

internal import CLinux
internal import Glibc

/// Runs from `init` to the end of its function. It gets no signals that are sent to the process: they go to the main
/// thread.
package final class WorkerThread {
  private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  private let thread: pthread_t

  /// - Parameter name: what `top -H` shows; 15 bytes at most are kept.
  package init(name: String, _ body: @escaping @Sendable () -> Void) throws(EventLoopError) {
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    // Crashes must still end the process with their own signal, and a profile of this thread samples it by SIGPROF.
    for number in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF] { unsafe sigdelset(&all, number) }
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let error = unsafe pthread_create(
      &thread, nil,
      { argument in
        let start = unsafe Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
        unsafe ctx_set_process_name(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    guard error == 0 else {
      unsafe start.release()
      throw .systemCall("pthread_create", errno: error, about: name)
    }
    self.thread = thread
  }

  /// Waits for its end. Once.
  package func join() { pthread_join(thread, nil) }
}
