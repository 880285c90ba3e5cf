import ArgumentParser

/// `aanet runs`: what is on disk. Without a subcommand it lists.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs on disk, check them, put them away and get them back.",
    discussion: """
      Examples:
        aanet runs
        aanet runs quickstart/table3 --format json
        aanet runs verify
        aanet runs remove table3/Lg/1
        aanet runs remove quickstart/table3 --unfinished
        aanet runs trash
        aanet runs restore
      """,
    subcommands: [
      RunsListCommand.self, RunsVerifyCommand.self, RunsRemoveCommand.self, RunsRestoreCommand.self,
      RunsTrashCommand.self,
    ], defaultSubcommand: RunsListCommand.self)
}
