import Datasets
import Experiments
import Foundation
import Retrieval
import Runs
import Support
import Tensors

/// A row of several runs, ready to be searched: by the descriptors that its ranking joined, and for images outside the
/// dataset by each run's network in turn.
package struct CombinedRow: RankedRun {
  package let record: RunOnDisk
  package let threads: Int
  package let descriptorLength: Int
  package var network: TrainedRun? { nil }
  package var parts: [RunIdentity] { taken.map(\.run) }
  /// The runs that it took, in the order of its descriptor.
  private let taken: [CombinedRun]
  private let project: Project
  private let places: DatasetPlaces?

  /// - Throws: as ``TrainedRun/init(_:in:places:threads:)``.
  init(_ folder: URL, of taken: [CombinedRun], in project: Project, places: DatasetPlaces?, threads: Int) throws {
    record = try RunOnDisk(folder, in: project, places: places)
    self.taken = taken
    self.project = project
    self.places = places
    self.threads = threads
    let scheme = record.entry.attributeScheme
    descriptorLength = record.settings.combine.reduce(0) {
      $0 + $1.settings.modelConfiguration(identities: 1, scheme: scheme).descriptorLength
    }
  }

  package func describe(
    _ photographs: [Photograph], isInterrupted: () -> Bool, report: (LookingEvent) -> Void
  ) throws -> [ImageReading] {
    var seen: [[Int: [Float]]] = []
    var skipped: Set<Int> = []
    var said: Set<String> = []
    for (place, part) in taken.enumerated() {
      let readings = try network(of: part).look(at: photographs, isInterrupted: isInterrupted) { event in
        switch event {
        case .skipped(let index, _): if skipped.insert(index).inserted { report(event) }
        case .remark(let text): if said.insert(text).inserted { report(event) }
        case .done(let done, let total): report(.done(place * total + done, of: taken.count * total))
        }
      }
      seen.append(Dictionary(uniqueKeysWithValues: readings.map { ($0.index, $0.descriptor) }))
    }
    return try photographs.indices.filter { !skipped.contains($0) }.map { index in
      let parts = try seen.compactMap(\.[index]).map { try Descriptors($0, dimension: $0.count) }
      let joined = try Descriptors.joined(parts, of: "query")
      return ImageReading(index: index, descriptor: joined.values, attributes: [], maps: nil)
    }
  }

  /// The network of one of the runs, where it is the one whose descriptors were joined.
  private func network(of part: CombinedRun) throws -> TrainedRun {
    let store = project.store
    let name = Wording.printable(part.run.fullName)
    guard store.has(.checkpoint, of: part.run) else {
      throw TrainedRun.Failure(
        "\(record.name) is made of \(name), whose network is not there any more, so that only the dataset's own images "
          + "can be looked for; `aanet runs restore` takes removed runs back")
    }
    // Of descriptors that were dropped the run's seal speaks.
    let digest =
      try SHA256.hexadecimal(contentsOf: store.url(.descriptors, of: part.run))?.digest
      ?? store.sealedDigest(of: .descriptors, of: part.run)
    guard digest == part.descriptors else {
      throw TrainedRun.Failure(
        "\(record.name) was made of other descriptors than \(name) has now; remove its folder, \(folder.path), and "
          + "`aanet run` makes it anew")
    }
    return try TrainedRun(store.folder(for: part.run), in: project, places: places, threads: threads)
  }
}
