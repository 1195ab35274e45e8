internal import Glibc

@main
enum Main {
  static func main() { ChildMain.runIfChild(CommandLine.arguments) }
}
