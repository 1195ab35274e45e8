// What keeps a topology from being deployed, found before anything is written.

internal import Topology

extension ExportPlan {
  /// Throws for the first thing that no cluster could hold.
  func check() throws(ExportError) {
    try checkOptions()
    guard isServicesOnly || !topology.recordsSpans else {
      throw ExportError("tracing: nodes that run by themselves record no spans; say off, or leave it out")
    }
    var owners = isServicesOnly ? [:] : [runName: "what measures"]
    for (_, service) in ownServices {
      let name = name(of: service)
      if let other = owners.updateValue("service \(service.name)", forKey: name) {
        throw ExportError("service \(service.name) would be called \"\(name)\", as \(other) is: rename one of them")
      }
      if service.replicas > 1, name.utf8.count > ResourceName.sizeMax - Self.numberSizeMax {
        throw ExportError("service \(service.name): \"\(name)\" has no room for the numbers of its replicas")
      }
      try checkPort(of: service)
      try checkResources(of: service)
    }
    for service in topology.services { try checkExternal(service) }
  }

  /// Bytes of `-63`.
  private static let numberSizeMax = 3

  private func checkOptions() throws(ExportError) {
    if let namespace, !ResourceName.isLabel(namespace) {
      throw ExportError(
        "--namespace: expected small letters, digits and hyphens, a letter first, at most \(ResourceName.sizeMax), "
          + "got \"\(namespace)\"")
    }
    if !prefix.isEmpty, !ResourceName.isLabel(prefix + "x") {
      throw ExportError("--prefix: expected small letters, digits and hyphens, a letter first, got \"\(prefix)\"")
    }
    let allowed = image.utf8.allSatisfy { (0x21...0x7e).contains($0) && !"\"'\\".utf8.contains($0) }
    guard !image.isEmpty, allowed else {
      throw ExportError("--image: expected the name of an image, got \"\(image)\"")
    }
    guard let token else { return }
    // It is never shown.
    guard token.utf8.count >= Self.tokenDigitsMin, token.utf8.allSatisfy(Self.isHexDigit) else {
      throw ExportError(
        "--token-file: expected at least \(Self.tokenDigitsMin) hexadecimal digits, got something else, "
          + "\(token.utf8.count) bytes long")
    }
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  private func checkPort(of service: Service) throws(ExportError) {
    let taken = (isServicesOnly ? [] : [(Port.control, "its control channel")]) + [(Port.metrics, "its metrics")]
    for (port, what) in taken where self.port(of: service) == port {
      throw ExportError("service \(service.name): port \(port) is that of \(what) in its pod")
    }
    if port(of: service) < 1024 {
      throw ExportError(
        "service \(service.name): port \(port(of: service)) needs a privilege that its pod has not: expected 1024 or more"
      )
    }
  }

  private func checkResources(of service: Service) throws(ExportError) {
    guard let cpu = service.resources?.cpuThousandths else { return }
    let cpuCount = (cpu + 999) / 1000
    if service.workers > cpuCount {
      throw ExportError(
        "service \(service.name): \(service.workers) workers need as many CPUs, and its resources are \(cpu)m")
    }
  }

  private func checkExternal(_ service: Service) throws(ExportError) {
    guard let external = service.external, external.host == "localhost" || external.host.hasPrefix("127.") else {
      return
    }
    throw ExportError(
      "service \(service.name): external \(external.authority) is the machine that calls, which in a pod is the pod itself"
    )
  }
}
