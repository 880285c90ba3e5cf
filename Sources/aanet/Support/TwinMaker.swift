import ArgumentParser
import Datasets
import Foundation

/// Draws a synthetic twin under a person's eyes: with a bar, and without a trace where they stop it.
struct TwinMaker {
  let kind: SyntheticTwin.Kind
  let scale: TwinScale
  let seed: UInt64
  let folder: URL

  /// Ctrl-C, thrown where nothing is half-written yet.
  private struct Stopped: Error {}

  /// Draws it; an equal one that is there already is left alone unless `isForced`.
  func make(isForced: Bool) throws -> TwinSummary {
    let bar = ProgressBar(kind.dataset, unit: "images")
    defer { bar.finish() }
    Interruption.listen()
    do {
      return try SyntheticTwin.make(kind: kind, scale: scale, seed: seed, at: folder, isForced: isForced) {
        done, total in
        if Interruption.isAsked { throw Stopped() }
        bar.update(done, of: total)
      }
    } catch is Stopped {
      bar.finish()
      Console.complain("interrupted: nothing was written")
      throw ExitCode(130)
    }
  }

  /// Draws those of the named datasets that are synthetic and not there at all, as `aanet data make` does by default:
  /// the same pixels on every machine, in seconds. What has to be downloaded is left to those who miss it.
  static func makeMissing(_ datasets: [String], project: ProjectOptions) throws {
    let registry = try DatasetRegistry(project: project.folder)
    for name in datasets {
      guard let entry = registry.entries[name], entry.isSynthetic,
        let kind = SyntheticTwin.Kind.allCases.first(where: { $0.dataset == name }),
        !FileManager.default.fileExists(atPath: entry.folder(project: project.folder).path)
      else { continue }
      let folder = try DataFolder.toMake(kind, project: project.folder)
      let summary = try TwinMaker(kind: kind, scale: .small(kind), seed: 1, folder: folder).make(isForced: false)
      Console.complain("\(name) made: \(summary.images) images, seed \(summary.seed), in \(folder.path)")
    }
  }
}
