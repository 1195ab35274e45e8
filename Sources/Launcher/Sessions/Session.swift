// What a measuring command runs: processes under load, watched from the main thread.

package protocol Session: AnyObject {
  /// Returns the process's exit status. What was found is kept, also when it ends early.
  func run() -> Int32
  /// Ends what still runs and releases the signals. Until then one that comes is noted and ends nothing: the result is to be
  /// written first.
  func close()
}
