import ArgumentParser
import Datasets
import Experiments
import Foundation
import Runs
import Support
import Synchronization

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
  /// What the project defines as it was when `aanet submit` copied it.
  @Option(name: .customLong("frozen"), help: .hidden) var frozenPath: String?

  /// The project's folder.
  var folder: URL { URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL }
  /// The folder of what it defines: its own, or that of copies.
  var definitions: URL { frozen ?? folder }
  private var frozen: URL? { frozenPath.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL } }
  /// The experiments' folder.
  var experiments: URL { definitions.appendingPathComponent("experiments", isDirectory: true) }
  /// The runs' folder.
  var runs: URL { store.root }
  /// The folder of the reports' definitions.
  var reports: URL { definitions.appendingPathComponent("reports", isDirectory: true) }
  /// The registry of datasets.
  var datasets: URL { definitions.appendingPathComponent("datasets.yaml", isDirectory: false) }

  /// The project, opened once whatever asks for it. What a command line cannot say is kept as it is while one is read.
  private var opened = Opened()

  private final class Opened: Decodable, Sendable {
    private let project = Mutex<Project?>(nil)

    init() {}

    init(from decoder: any Decoder) {}

    func project(_ folder: URL, runs: URL?, definitions: URL?) -> Project {
      project.withLock { project in
        let opened = project ?? Project(folder, runs: runs, definitions: definitions)
        project = opened
        return opened
      }
    }
  }

  var project: Project {
    opened.project(
      folder, runs: runsPath.map { URL(fileURLWithPath: $0, isDirectory: true).standardizedFileURL },
      definitions: frozen)
  }
  var library: ExperimentLibrary { project.library }
  var store: RunStore { project.store }
  var registry: DatasetRegistry {
    get throws(ConfigurationError) { try project.registry() }
  }

  /// The options as they were given, for a command to be given again.
  var words: [String] {
    (path == "." ? [] : ShellCommand.option("--project", path))
      + (runsPath.map { ShellCommand.option("--runs", $0) } ?? [])
  }

  /// Sees to it that there is a folder of runs, or a project that has none yet: elsewhere "no runs" would be true and of
  /// no use.
  ///
  /// - Throws: ``Elsewhere``.
  func requireRuns() throws {
    guard !isFolder(runs) else { return }
    if let runsPath { throw Elsewhere(description: "--runs \(runsPath): there is no such folder") }
    guard isFolder(experiments) || FileManager.default.fileExists(atPath: datasets.path) else {
      throw Elsewhere(
        description:
          "\(folder.path) is no project's folder: it has no experiments/, no datasets.yaml and no runs/; go to "
          + "a project's folder, name it with --project, or name a folder of runs with --runs")
    }
  }

  /// Says that a command was given where it has nothing to work on.
  struct Elsewhere: Error, CustomStringConvertible {
    let description: String
  }

  private func isFolder(_ place: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) && isFolder.boolValue
  }

  func validate() throws {
    guard isFolder(folder) else {
      throw ValidationError("--project \(path): there is no such folder")
    }
  }
}
