// What can go wrong between this process and the kernel's sockets.

internal import Glibc

package enum EventLoopError: Error, Equatable, CustomStringConvertible {
  /// A system call failed: its name, errno, and what it was about (an address, a descriptor).
  case systemCall(String, errno: Int32, about: String)
  case unknownHost(String)

  package var description: String {
    switch self {
    case .systemCall(let name, let errno, let about): "\(about): \(name): \(errorText(errno))"
    case .unknownHost(let host): "\(host): unknown host"
    }
  }
}

/// The text of an errno value.
package func errorText(_ error: Int32) -> String { unsafe String(cString: strerror(error)) }
