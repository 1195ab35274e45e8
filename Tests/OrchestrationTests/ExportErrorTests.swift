import Orchestration
import Testing
import Topology

@Suite("A topology that no cluster could hold")
struct ExportErrorTests {
  private func problem(_ plan: ExportPlan) -> String {
    do {
      _ = try KubernetesExport.files(plan)
      return ""
    } catch {
      #expect(!error.description.contains("\n"))
      return error.description
    }
  }

  @Test(
    "is told in one line",
    arguments: [
      (
        "{name: a, script: [call: 1b, call: s-1b]}\n{name: 1b}\n{name: s-1b}",
        "service s-1b would be called \"s-1b\", as service 1b is: rename one of them"
      ),
      (
        "{name: a, script: [call: ctxchain-run]}\n{name: ctxchain-run}",
        "service ctxchain-run would be called \"ctxchain-run\", as what measures is: rename one of them"
      ),
      ("{name: a, port: 7071}", "service a: port 7071 is that of its control channel in its pod"),
      ("{name: a, port: 9464}", "service a: port 9464 is that of its metrics in its pod"),
      ("{name: a, port: 80}", "service a: port 80 needs a privilege that its pod has not: expected 1024 or more"),
      (
        "{name: a, workers: 3, resources: {cpu: 1500m}}",
        "service a: 3 workers need as many CPUs, and its resources are 1500m"
      ),
      (
        "{name: a, script: [call: b]}\n{name: b, external: \"127.0.0.1:80\"}",
        "service b: external 127.0.0.1:80 is the machine that calls, which in a pod is the pod itself"
      ),
    ])
  func refused(services: String, line: String) throws { #expect(problem(try plan(services)) == line) }

  @Test("Two services' replicas that would have one name are told for podman, where they are pods")
  func replicas() throws {
    let plan = try plan("{name: a, script: [call: b, call: b-0]}\n{name: b, replicas: 2}\n{name: b-0}")
    #expect(problem(plan).isEmpty)
    do {
      _ = try PodmanExport.files(plan)
      Issue.record("expected an error")
    } catch {
      #expect(error.description == "replicas of services b and b-0 would both be called \"b-0\"")
    }
  }

  @Test("A file over what an applied ConfigMap may have is told, and one just below is taken")
  func size() throws {
    var plan = try plan("{name: a}")
    let call = Assignment(key: "region", value: .text(String(repeating: "x", count: 4000)))
    func fill(_ count: Int) { plan.topology.services[0].script = [.set(Array(repeating: call, count: count))] }
    fill(60)
    #expect(problem(plan).isEmpty)
    fill(70)
    #expect(problem(plan).hasPrefix("ConfigMap a-node would have 2"))
    #expect(problem(plan).hasSuffix("bytes, and a cluster takes 256000 at most"))
  }

  @Test("So are options that no document could have, and a bad token is never shown")
  func options() throws {
    func problem(_ change: (inout ExportPlan) -> Void) throws -> String {
      var plan = try plan("{name: a}")
      change(&plan)
      return self.problem(plan)
    }
    #expect(try problem { $0.namespace = "Lab" }.hasPrefix("--namespace: expected"))
    #expect(try problem { $0.prefix = "1-" }.hasPrefix("--prefix: expected"))
    #expect(try problem { $0.prefix = "x-" }.isEmpty)
    #expect(try problem { $0.image = "a b" }.hasPrefix("--image: expected"))
    for token in [String(repeating: "a", count: 31), String(repeating: "g", count: 32)] {
      let text = try problem { $0.token = token }
      #expect(text.hasPrefix("--token-file: expected at least 32") && !text.contains(token), "\(text)")
    }
    #expect(try problem { $0.token = String(repeating: "a", count: 32) }.isEmpty)
  }
}
