import ArgumentParser

/// `aanet data`: what there is to train on.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Make and look at data sets.",
    subcommands: [DataMakeCommand.self, DataShowCommand.self])
}
