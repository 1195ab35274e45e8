// Names for numbers that the kernel gives.

internal import CLinux
internal import Glibc

func errorText(_ error: Int32) -> String { String(cString: strerror(error)) }

/// `SIGKILL` for 9, and so on.
func signalName(_ signal: Int32) -> String {
  guard let name = ctx_signal_name(signal) else { return "signal \(signal)" }
  return "SIG" + String(cString: name)
}
