// What an arm is made of, in words.

extension Arm {
  /// `store map, propagator b3`, and where arms differ in their transport that too.
  package func words(among arms: [Arm]) -> String {
    let strategy = "store \(store ?? NumberText.missing), propagator \(propagator)"
    return strategy + (arms.commonTransport == nil ? ", transport \(transportName)" : "")
  }
}

extension [Arm] {
  /// The one that all edges of all arms have; nil where they differ.
  package var commonTransport: String? {
    guard let first, first.transportName != Arm.mixedName else { return nil }
    return allSatisfy { $0.transportName == first.transportName } ? first.transportName : nil
  }
}
