import ArgumentParser

/// `aanet runs`: what is on disk. Without a subcommand it lists.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs on disk, check them, put them away, get them back, and export them.",
    discussion: """
      Examples:
        aanet runs
        aanet runs quickstart/table3 --format json
        aanet runs verify
        aanet runs remove table3/Lg/1
        aanet runs remove quickstart/table3 --unfinished
        aanet runs trash
        aanet runs restore
        aanet runs export --to tensorboard board
        aanet runs export --to mlflow mlruns
      """,
    subcommands: [
      RunsListCommand.self, RunsVerifyCommand.self, RunsRemoveCommand.self, RunsRestoreCommand.self,
      RunsTrashCommand.self, RunsExportCommand.self,
    ], defaultSubcommand: RunsListCommand.self)
}
