// What pictures call the groups of parts that they show, and what is in each.

internal import Results

extension TimeGroup {
  var title: String {
    switch self {
    case .extract: "extract"
    case .store: "store"
    case .inject: "inject"
    case .messages: "parse, decode, encode"
    case .loop: "loop"
    case .kernel: "read and write"
    case .wait: "scheduling and wait"
    case .script: "work of the script"
    case .client: "client"
    }
  }

  func nanoseconds(_ time: TimeParts) -> Double {
    TimePart.allCases.filter { $0.group == self }.reduce(0) { $0 + time[$1] }
  }
}
