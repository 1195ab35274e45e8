import Testing
import Topology

@Suite("resources")
struct ResourcesTests {
  private func service(_ keys: String, defaults: String = "{}") -> String {
    "version: 1\nentry: a\ndefaults: \(defaults)\nservices:\n  - {name: a\(keys)}\n"
  }

  @Test(
    "are read as Kubernetes writes them, and printed so that they are read again",
    arguments: [
      ("{cpu: 500m, memory: 64Mi}", Resources(cpuThousandths: 500, memorySize: 64 << 20), "{cpu: 500m, memory: 64Mi}"),
      ("{cpu: 2}", Resources(cpuThousandths: 2000), "{cpu: 2}"),
      ("{cpu: 0.5}", Resources(cpuThousandths: 500), "{cpu: 500m}"),
      ("{memory: 1500000}", Resources(memorySize: 1_500_000), "{memory: 1500k}"),
      ("{memory: 1025}", Resources(memorySize: 1025), "{memory: 1025}"),
      (
        "{memory: 1024Gi, cpu: 1024}", Resources(cpuThousandths: 1_024_000, memorySize: 1 << 40),
        "{cpu: 1024, memory: 1024Gi}"
      ),
    ])
  func reading(written: String, resources: Resources, printed: String) throws {
    let topology = try parse(service(", resources: \(written)"))
    #expect(topology.services[0].resources == resources)
    #expect(TopologyPrinter.yaml(topology).contains("    resources: \(printed)\n"))
    #expect(try parse(TopologyPrinter.yaml(topology)) == topology)
  }

  @Test("Each member that a service does not say is that of the defaults; without any there is no limit")
  func defaults() throws {
    let topology = try parse(service(", resources: {cpu: 2}", defaults: "{resources: {cpu: 1, memory: 64Mi}}"))
    #expect(topology.services[0].resources == Resources(cpuThousandths: 2000, memorySize: 64 << 20))
    #expect(try parse(service("")).services[0].resources == nil)
  }

  @Test(
    "What is wrong is told with its place",
    arguments: [
      ("{}", "services.a.resources: expected cpu or memory"), ("2", "services.a.resources: expected cpu and memory"),
      ("{gpu: 1}", "services.a.resources: unknown key \"gpu\"; did you mean \"cpu\"?"),
      ("{cpu: 0}", "resources.cpu: expected CPUs, 1m to 1024, such as 2 or 500m, got \"0\""),
      ("{cpu: 0.0001}", "resources.cpu: expected CPUs"), ("{cpu: 1025}", "resources.cpu: expected CPUs"),
      ("{cpu: -1}", "resources.cpu: expected CPUs"), ("{cpu: 1Mi}", "unknown unit \"Mi\" in \"1Mi\"; known: m"),
      ("{memory: 0}", "resources.memory: expected an amount of memory, 1 to 1024Gi, such as 64Mi, got \"0\""),
      ("{memory: 64MiB}", "unknown unit \"MiB\" in \"64MiB\"; known: k, Ki, M, Mi, G, Gi"),
      ("{memory: 1025Gi}", "resources.memory: expected an amount"), ("{memory: all}", "expected an amount of memory"),
    ])
  func wrong(resources: String, message: String) {
    #expect(problem(service(", resources: \(resources)")).contains(message))
  }

  @Test("An external has none, and may not say any")
  func external() throws {
    let text = { (keys: String) in
      """
      version: 1
      entry: a
      defaults: {resources: {cpu: 1}}
      services: [{name: a, script: [call: b]}, {name: b, external: "h:1"\(keys)}]
      """
    }
    #expect(try parse(text("")).services.map(\.resources) == [Resources(cpuThousandths: 1000), nil])
    #expect(problem(text(", resources: {cpu: 1}")).contains("so \"resources\" says nothing"))
  }
}
