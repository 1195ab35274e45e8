// Names for the signals that the kernel counts.

internal import CLinux

/// `SIGKILL` for 9, and so on.
func signalName(_ signal: Int32) -> String {
  guard let name = ctx_signal_name(signal) else { return "signal \(signal)" }
  return "SIG" + String(cString: name)
}
