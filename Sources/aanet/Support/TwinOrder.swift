import Datasets
import Foundation
import Support
import Twins

/// Which twin `aanet data make` is to draw, how large and where.
struct TwinOrder {
  /// The dataset's name.
  let name: String
  /// The benchmark that it stands in for.
  let kind: SyntheticTwin.Kind
  /// How large it is.
  let scale: TwinScale
  /// The seed that the registry names.
  let seed: UInt64
  /// What the registry says is done to the cues.
  let noise: CueNoise
  /// The folder to make.
  let folder: URL

  /// Finds out what is meant.
  ///
  /// The registry says which benchmark, which scale and which folder. Where another scale is asked for, and the
  /// registry has a dataset of that scale (`synthetic-market-full` beside `synthetic-market`), that one is meant.
  ///
  /// - Parameters:
  ///   - scale: the scale that was asked for.
  ///   - out: the folder that was asked for.
  /// - Throws: what is wrong with the registry or with these words.
  init(name: String, scale: String?, out: String?, project: ProjectOptions, places: DatasetPlaces) throws {
    if let scale, !DatasetEntry.isScale(scale) { throw PlainError(DatasetEntry.unknownScale(scale)) }
    var entry = try Self.entry(named: name, project: project, isNeeded: out == nil)
    if let scale, out == nil, scale != entry.scale ?? Self.usual,
      let other = try project.registry.entries["\(name)-\(scale)"], other.twin == entry.twin,
      other.scale == scale
    {
      entry = other
    }
    guard let kind = entry.twin, let scale = TwinScale.named(scale ?? entry.scale ?? Self.usual, kind) else {
      throw PlainError(
        "\(DatasetRegistry.fileName): \(Wording.quoted(entry.name)) is not marked 'synthetic: true' or has a layout of "
          + "its own, so nothing is drawn into its folder")
    }
    self.name = entry.name
    self.kind = kind
    self.scale = scale
    seed = entry.seed
    noise = entry.cues.noise
    folder = out.map { URL(fileURLWithPath: $0) } ?? places.target(of: entry)
  }

  private static let usual = "small"

  /// What the registry says of a name; without one, where a folder was named, what the program knows of its twins.
  private static func entry(named name: String, project: ProjectOptions, isNeeded: Bool) throws -> DatasetEntry {
    if !isNeeded, let kind = SyntheticTwin.Kind.allCases.first(where: { $0.dataset == name }) {
      return DatasetEntry(
        name: name, root: "", layout: kind == .market ? .market1501 : .dukemtmc, attributes: nil, isSynthetic: true)
    }
    let entries = try project.registry.entries
    if let entry = entries[name] { return entry }
    let what = "no synthetic dataset is called \(Wording.quoted(name))"
    let known = entries.values.filter { $0.twin != nil }.map(\.name)
    throw PlainError(Wording.unknown(what, name, among: known.sorted()))
  }
}
