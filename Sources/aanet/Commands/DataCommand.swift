import ArgumentParser

/// `aanet data`: what there is to train on.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Make, look at and check datasets.",
    subcommands: [DataMakeCommand.self, DataShowCommand.self, DataVerifyCommand.self])
}
