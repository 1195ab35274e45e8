// What the program does when the launcher started it: a node, a client or the laboratory. Leaves
// before ArgumentParser is touched, so that a process of a large topology starts in a few milliseconds.

internal import CLinux
internal import CMeter
internal import Commands
internal import Control
internal import EventLoop
internal import Exporter
internal import Glibc
internal import LoadClient
internal import Node

enum ChildMain {
  /// Inherited from the launcher.
  static let controlFD: Int32 = 3
  static let countersFD: Int32 = 4

  /// Runs the child when the arguments are those that the launcher gives; returns otherwise.
  static func runIfChild(_ arguments: [String]) {
    guard arguments.count == 6, arguments[2] == "--launcher", let launcher = Int32(arguments[3]),
      arguments[4] == "--name"
    else { return }
    guard ctx_die_with_parent(launcher) == 0 else { exit(1) }
    signal(SIGPIPE, SIG_IGN)
    let name = arguments[5]
    switch arguments[1] {
    case "node":
      ctx_set_process_name(name)
      exit(runNode())
    case "client":
      ctx_set_process_name("client")
      exit(runClient())
    case "exporter":
      ctx_set_process_name("exporter")
      exit(runExporter())
    case "laboratory":
      ctx_set_process_name(name)
      exit(runLaboratory())
    default: return
    }
  }

  private static func runNode() -> Int32 {
    // A page for each worker, and a ring for each from launchers that read them.
    var status = stat()
    guard fstat(countersFD, &status) == 0, case let size = Int(status.st_size), size >= CounterPage.size,
      let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, countersFD, 0), address != MAP_FAILED
    else {
      // The launcher keeps the last lines of a child that ends.
      Console.standard.error("cannot map the counters: \(String(cString: strerror(errno)))")
      return 1
    }
    guard let loop = makeLoop() else { return 1 }
    let memory = NodeMemory(at: address, size: size)
    let node = NodeProcess(
      loop: loop, controlFD: controlFD, counters: memory.pages, spans: memory.rings, readMeter: readMeter,
      profiler: StackSampler.profiler)
    return node.run()
  }

  private static func runClient() -> Int32 {
    guard let loop = makeLoop() else { return 1 }
    return ClientProcess(loop: loop, controlFD: controlFD, readMeter: readMeter).runUntilStopped()
  }

  private static func runExporter() -> Int32 {
    guard let loop = makeLoop() else { return 1 }
    return ExporterProcess(loop: loop, controlFD: controlFD).run()
  }

  private static func runLaboratory() -> Int32 {
    guard let loop = makeLoop() else { return 1 }
    return LaboratoryChild(loop: loop, controlFD: controlFD).run()
  }

  private static func makeLoop() -> EventLoop? {
    do {
      return try EventLoop()
    } catch {
      Console.standard.error("\(error)")
      return nil
    }
  }

  /// Of the calling thread.
  @Sendable
  static func readMeter() -> MeterReading {
    var references = ctx_arc_counts()
    let countsARC = ctx_meter_read_arc(&references)
    let meter = ctx_meter_read()
    return MeterReading(
      allocations: meter.allocations, allocatedSize: meter.allocated_size, systemCalls: meter.system_calls,
      method: ctx_meter_is_active() == 1 ? "malloc-interposition" : "none",
      retains: countsARC ? references.retains : nil, releases: countsARC ? references.releases : nil,
      casts: countsARC ? references.casts : nil)
  }
}
