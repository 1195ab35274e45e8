// What every service takes a caller to write who does not say: what the first edge that leads to it has, the client's before
// all. So strangers who call over HTTP/1.1 are read as the topology's own callers are, and of those the others say theirs.

extension Topology {
  /// By service.
  package var assumedPropagators: [String] {
    var assumed = [String?](repeating: nil, count: services.count)
    if services.indices.contains(entry) { assumed[entry] = client.propagator }
    for call in services.flatMap(\.script).flatMap(\.calls) {
      assumed[call.service] = assumed[call.service] ?? call.propagator
    }
    return assumed.map { $0 ?? client.propagator }
  }
}
