import ArgumentParser
import Datasets
import Foundation
import Twins

/// Draws a synthetic twin under a person's eyes: with a bar, and without a trace where they stop it.
struct TwinMaker {
  let order: TwinOrder
  let seed: UInt64
  let noise: CueNoise

  /// Ctrl-C, thrown where nothing is half-written yet.
  private struct Stopped: Error {}

  /// Draws it; an equal one that is there already is left alone unless `isForced`.
  func make(isForced: Bool) throws -> TwinSummary {
    try watched { progress in
      try SyntheticTwin.make(
        kind: order.kind, scale: order.scale, seed: seed, noise: noise, at: order.folder, isForced: isForced,
        progress: progress)
    }
  }

  /// Draws joints and labels beside its images, where it has none and they are its own.
  func addCues() throws -> Bool {
    try watched { progress in
      try SyntheticTwin.addCues(
        kind: order.kind, scale: order.scale, seed: seed, noise: noise, at: order.folder, progress: progress)
    }
  }

  private func watched<Outcome>(
    _ draw: (_ progress: (Int, Int) throws -> Void) throws -> Outcome
  ) throws -> Outcome {
    let bar = ProgressBar(order.name, unit: "images")
    defer { bar.finish() }
    Interruption.listen()
    do {
      return try draw { done, total in
        if Interruption.isAsked { throw Stopped() }
        bar.update(done, of: total)
      }
    } catch is Stopped {
      bar.finish()
      Console.complain("interrupted: nothing was written")
      throw ExitCode(130)
    }
  }

  /// The most images of a twin that is drawn without being asked for: a minute's work.
  private static let mostUnasked = 12_500

  /// Draws those of the named datasets that are synthetic and not there at all, as `aanet data make` does by default:
  /// the same pixels on every machine. What takes longer than a minute, or has to be downloaded, is left to those who
  /// miss it.
  static func makeMissing(_ datasets: [String], project: ProjectOptions, places: DatasetPlaces) throws {
    let registry = try project.registry
    for name in datasets {
      guard let entry = registry.entries[name], entry.twin != nil,
        !FileManager.default.fileExists(atPath: places.folder(of: entry).path)
      else { continue }
      let order = try TwinOrder(name: name, scale: nil, out: nil, project: project, places: places)
      guard order.scale.images <= mostUnasked else { continue }
      let summary = try TwinMaker(order: order, seed: order.seed, noise: order.noise).make(isForced: false)
      Console.complain("\(name) made: \(summary.images) images, seed \(summary.seed), in \(order.folder.path)")
    }
  }

  /// Adds joints and labels to those of the named datasets that are twins of before there were any, as `aanet data make`
  /// does; images that are not the drawing's are left alone.
  static func addMissingCues(to datasets: [String], project: ProjectOptions, places: DatasetPlaces) throws {
    let registry = try project.registry
    for name in datasets where registry.entries[name]?.twin != nil {
      let order = try TwinOrder(name: name, scale: nil, out: nil, project: project, places: places)
      guard try TwinMaker(order: order, seed: order.seed, noise: order.noise).addCues() else { continue }
      Console.complain(
        "\(name): joints and labels, which it lacked, were drawn beside its images, in \(order.folder.path)")
    }
  }
}
