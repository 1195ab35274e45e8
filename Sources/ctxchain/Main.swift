// The program: a child of the launcher, or a command.

internal import Commands
internal import Glibc

@main
enum Main {
  static func main() {
    raiseDescriptorLimit()
    ChildMain.runIfChild(CommandLine.arguments)
    // A file that outgrows its limit is an error like a full disk, and must not end the process; nor must a reader that
    // has gone away.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    holdStandardDescriptors()
    exit(
      Ctxchain.run(
        Invocation(commandLine: CommandLine.arguments, console: .standard, readMeter: ChildMain.readMeter)))
  }

  /// A stream that whoever started this program has closed would be the number of the next descriptor that is opened,
  /// and get what is printed. In its place is one that can be neither read nor written in that direction.
  private static func holdStandardDescriptors() {
    for (fd, flags) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(fd, F_GETFD) < 0 {
      _ = open("/dev/null", flags)
    }
  }

  /// To the hard limit: the soft one is for programs that use `select`. Children inherit it.
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
