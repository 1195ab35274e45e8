// Messages from thread to thread: each arrives once, in order, on the loop that opened the mailbox.

import EventLoop
import Glibc
import TestSupport
import Testing

@Suite("A mailbox")
struct MailboxTests {
  @Test("hands over every message of several threads, those of each in order")
  func messages() throws {
    let loop = try makeLoop()
    let mailbox = try Mailbox<(thread: Int, number: Int)>()
    let (threadCount, messageCount) = (4, 5_000)
    var received = [[Int]](repeating: [], count: threadCount)
    mailbox.open(on: loop) { received[$0.thread].append($0.number) }
    let threads = try (0..<threadCount).map { thread in
      try WorkerThread(name: "sender/\(thread)") {
        for number in 0..<messageCount { mailbox.post((thread, number)) }
      }
    }
    #expect(loop.turn { received.allSatisfy { $0.count == messageCount } })
    threads.forEach { $0.join() }
    #expect(received.allSatisfy { $0 == Array(0..<messageCount) })
  }

  @Test("keeps what was posted before it was opened, and takes posts of its own handler")
  func early() throws {
    let loop = try makeLoop()
    let mailbox = try Mailbox<Int>()
    mailbox.post(3)
    var received: [Int] = []
    mailbox.open(on: loop) { number in
      received.append(number)
      if number > 0 { mailbox.post(number - 1) }
    }
    #expect(loop.turn { received.count == 4 })
    #expect(received == [3, 2, 1, 0])
  }

  @Test("A thread has the name that it was given, and gets no signal of the process but those of crashes and profiles")
  func thread() throws {
    let loop = try makeLoop()
    let mailbox = try Mailbox<(name: String, open: [Int32])>()
    var received: [(name: String, open: [Int32])] = []
    mailbox.open(on: loop) { received.append($0) }
    let thread = try WorkerThread(name: "sessions/0") {
      var set = sigset_t()
      pthread_sigmask(SIG_BLOCK, nil, &set)
      let file = open("/proc/thread-self/comm", O_RDONLY)
      var bytes = [UInt8](repeating: 0, count: 16)
      let size = read(file, &bytes, bytes.count)
      close(file)
      // From 32 on they are of the C library and for real-time use.
      let open = (1..<32).filter { sigismember(&set, $0) == 0 && $0 != SIGKILL && $0 != SIGSTOP }
      mailbox.post((String(decoding: bytes.prefix(max(0, size - 1)), as: UTF8.self), open))
    }
    thread.join()
    #expect(loop.turn { received.count == 1 })
    #expect(received.first?.name == "sessions/0")
    #expect(received.first?.open == [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGPROF].sorted())
  }

  @Test("Two listeners of a process can share a port, and each accepts")
  func sharedPort() throws {
    let loop = try makeLoop()
    var accepted: [Int32] = []
    let first = try Listener(loop: loop, host: "127.0.0.1", port: 0, sharesPort: true) { accepted.append($0) }
    let second = try Listener(loop: loop, host: "127.0.0.1", port: first.port, sharesPort: true) { accepted.append($0) }
    #expect(first.port == second.port)
    let clients = try (0..<16).map { _ in try FrameClient(loop: loop, port: first.port) }
    #expect(loop.turn { accepted.count == 16 })
    for fd in accepted { close(fd) }
    clients.forEach { $0.close() }
    first.close()
    second.close()
  }
}
