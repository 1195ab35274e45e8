// Parts of a request's time as pictures show them: few enough to be told apart.

enum TimeGroup: CaseIterable {
  case extract, store, inject, frames, loop, kernel, wait, script, client

  var title: String {
    switch self {
    case .extract: "extract"
    case .store: "store"
    case .inject: "inject"
    case .frames: "decode and encode"
    case .loop: "loop"
    case .kernel: "read and write"
    case .wait: "scheduling and wait"
    case .script: "work of the script"
    case .client: "client"
    }
  }

  private var parts: [TimePart] {
    switch self {
    case .extract: [.extract]
    case .store: [.store]
    case .inject: [.inject]
    case .frames: [.decode, .encode]
    case .loop: [.loop]
    case .kernel: [.read, .write]
    case .wait: [.wait]
    case .script: [.work]
    case .client: [.client]
    }
  }

  func nanoseconds(_ time: TimeParts) -> Double { parts.reduce(0) { $0 + time[$1] } }
}
