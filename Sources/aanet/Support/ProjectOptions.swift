import ArgumentParser
import Experiments
import Foundation
import Runs

/// Where a project's files are: the current folder, or the one that `--project` names.
struct ProjectOptions: ParsableArguments {
  @Option(
    name: .customLong("project"),
    help: ArgumentHelp("The folder of experiments/, runs/, reports/ and datasets.yaml.", valueName: "dir"),
    completion: .directory)
  var path = "."
  @Option(
    name: .customLong("runs"),
    help: ArgumentHelp("The folder of the runs; by default runs/ of the project.", valueName: "dir"),
    completion: .directory)
  var runsPath: String?

  /// The project's folder.
  var folder: URL { URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL }
  /// The experiments' folder.
  var experiments: URL { folder.appendingPathComponent("experiments", isDirectory: true) }
  /// The runs' folder.
  var runs: URL {
    runsPath.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL }
      ?? folder.appendingPathComponent("runs", isDirectory: true)
  }
  /// The reports' folder.
  var reports: URL { folder.appendingPathComponent("reports", isDirectory: true) }
  /// The registry of datasets.
  var datasets: URL { folder.appendingPathComponent("datasets.yaml", isDirectory: false) }

  /// The project's experiments.
  var library: ExperimentLibrary { ExperimentLibrary(project: folder) }
  /// The project's runs.
  var store: RunStore { RunStore(root: runs) }

  /// The options as they were given, for a command to be given again.
  var words: [String] {
    (path == "." ? [] : ["--project", path]) + (runsPath.map { ["--runs", $0] } ?? [])
  }

  func validate() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
      throw ValidationError("--project \(path): there is no such folder")
    }
  }
}
