// The system calls that writing a file takes, so that a test can let each of them fail. It decides nothing.

internal import Glibc

struct FileCalls {
  var write: (CInt, UnsafeRawPointer, Int) -> Int = { Glibc.write($0, $1, $2) }
  var synchronize: (CInt) -> CInt = { fsync($0) }
  var rename: (String, String) -> CInt = { Glibc.rename($0, $1) }
}

/// The system's word for an error number, with its value.
func errorText(_ number: CInt) -> String {
  "\(String(cString: strerror(number))) (errno \(number))"
}
