import Experiments
import Foundation
import Support

/// A project of a test's own: files under a folder that is removed with the value.
final class TemporaryProject {
  let url: URL

  init(_ files: [String: String] = [:]) throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("aanet-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, text) in files { try write(text, to: path) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to path: String) throws {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  var library: ExperimentLibrary { ExperimentLibrary(project: url) }

  /// What is wrong with an experiment, in full; nil where nothing is.
  func complaint(_ name: String = "e", _ overrides: [String] = []) -> String? {
    do throws(ConfigurationError) {
      _ = try library.plan(name, overrides: overrides)
      return nil
    } catch { return error.description.replacing(url.path, with: "ROOT") }
  }

  /// The only experiment of a project made of one text.
  static func plan(_ text: String, _ overrides: [String] = []) throws -> ExperimentPlan {
    let project = try TemporaryProject(["experiments/e.yaml": text])
    return try withExtendedLifetime(project) { try project.library.plan("e", overrides: overrides) }
  }

  /// What is wrong with the only experiment of a project.
  static func complaint(_ text: String, _ overrides: [String] = []) throws -> String? {
    let project = try TemporaryProject(["experiments/e.yaml": text])
    return withExtendedLifetime(project) { project.complaint("e", overrides) }
  }
}
