import ArgumentParser
import Datasets
import Foundation
import Support

/// Where datasets are: as `datasets.yaml` and `AANET_DATA` say, or where `--data` says.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "The folder of the datasets, or of the one dataset; it goes before AANET_DATA and datasets.yaml.",
      valueName: "dir"),
    completion: .directory)
  var path: String?

  /// Where to look for the datasets of a project.
  func places(in project: ProjectOptions) -> DatasetPlaces {
    DatasetPlaces(
      project: project.folder, data: path.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL })
  }

  /// The options as they were given, for a command to be given again.
  var words: [String] { path.map { ShellCommand.option("--data", $0) } ?? [] }
}
