// The system calls that writing a file takes, so that a test can let each of them fail. It decides nothing.

internal import Glibc

package struct FileCalls {
  package var write: (CInt, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
  package var synchronize: (CInt) -> CInt = { fsync($0) }
  package var rename: (String, String) -> CInt = { Glibc.rename($0, $1) }

  package init() {}
}

/// The system's word for an error number, with its value.
package func errorText(_ number: CInt) -> String {
  "\(String(cString: strerror(number))) (errno \(number))"
}
