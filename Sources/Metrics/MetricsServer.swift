// Answers scrapes on a thread of its own, with a loop of its own: never on one that serves or drives requests.

package import EventLoop
internal import Glibc

/// Serves from `init` to `stop`. One per process.
package final class MetricsServer {
  /// Less urgent than everything that is measured.
  private static let niceness: Int32 = 10

  private enum Start: Sendable {
    case listening(port: UInt16)
    case failed(EventLoopError)
  }

  private let orders: Mailbox<Void>
  private var thread: WorkerThread?
  private let host: String
  package private(set) var port: UInt16 = 0

  /// Where a scraper finds it.
  package var url: String { "http://\(host):\(port)/metrics" }

  /// Returns when it listens. Throws where it cannot: the port is taken, the host is none of this machine's.
  package init(_ plan: MetricsPlan, _ registry: MetricsRegistry) throws(EventLoopError) {
    host = plan.host
    let orders = try Mailbox<Void>()
    self.orders = orders
    let answers = try Mailbox<Start>()
    let loop = try EventLoop()
    var start: Start?
    let close = answers.open(on: loop) { start = $0 }
    thread = try WorkerThread(name: "metrics") {
      MetricsServer.run(plan, registry, orders: orders, answers: answers)
    }
    _ = loop.run { start != nil }
    close()
    switch start! {
    case .listening(let port): self.port = port
    case .failed(let error):
      stop()
      throw error
    }
  }

  /// Returns when it has ended. Scrapes under way are cut off.
  package func stop() {
    guard let thread else { return }
    self.thread = nil
    orders.post(())
    thread.join()
  }

  private static func run(
    _ plan: MetricsPlan, _ registry: MetricsRegistry, orders: Mailbox<Void>, answers: Mailbox<Start>
  ) {
    // Of this thread alone; where it is not allowed, nothing is lost.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
    do throws(EventLoopError) {
      let loop = try EventLoop()
      let scrapes = try ScrapeListener(loop: loop, plan: plan, registry: registry)
      orders.open(on: loop) {
        scrapes.close()
        loop.stop()
      }
      answers.post(.listening(port: scrapes.port))
      loop.run()
    } catch {
      answers.post(.failed(error))
    }
  }
}
