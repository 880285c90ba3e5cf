import ArgumentParser

/// The command line: `aanet <command>`.
@main
struct Aanet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aanet",
    abstract: "A paper you can run: AANet (Tay, Roy, Yap, CVPR 2019) from YAML to tables, on a CPU.",
    subcommands: []
  )
}
