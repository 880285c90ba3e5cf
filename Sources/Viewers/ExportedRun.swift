import Foundation
import Runs
import Support

/// Everything of a run that goes to another tool.
package struct ExportedRun: Sendable {
  package let run: RunIdentity
  let state: RunStanding.State
  let record: RunRecord
  let series: RunSeries
  /// `plan.yaml`
  let plan: String?
  /// The pictures that were drawn of it.
  let pictures: [Picture]

  struct Picture: Sendable {
    /// `maps`
    let name: String
    let file: URL
    let png: Data
    let width: Int
    let height: Int
  }

  /// The largest picture that is taken, in bytes.
  private static let largestPicture = 1 << 26

  /// Reads a run.
  ///
  /// - Throws: ``FileError`` where a file of it is damaged.
  package init?(_ run: RunIdentity, in store: RunStore) throws(FileError) {
    guard let record = try store.record(for: run) else { return nil }
    self.run = run
    self.record = record
    state = store.standing(of: run).state
    plan = try store.plan(of: run)
    series = RunSeries(of: record, ranks: record.metrics == nil ? [] : try store.ranks(of: run) ?? [])
    let folder = store.folder(for: run).appendingPathComponent(RunFigures.folderName, isDirectory: true)
    var pictures: [Picture] = []
    for figure in try RunFigures(in: folder)?.figures ?? [] {
      // A file beside `figures.json`, whatever somebody wrote into it.
      guard !figure.file.contains("/"), !figure.file.hasPrefix(".") else { continue }
      let file = folder.appendingPathComponent(figure.file, isDirectory: false)
      guard let png = try AtomicFile.read(file, limit: Self.largestPicture), let size = Self.size(ofPNG: png) else {
        continue
      }
      pictures.append(
        Picture(
          name: RunSeries.plainName(figure.name), file: file, png: png, width: size.width, height: size.height))
    }
    self.pictures = pictures
  }

  /// What a PNG file says of its size; nil of another file.
  private static func size(ofPNG data: Data) -> (width: Int, height: Int)? {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard data.count > 24, data.prefix(8).elementsEqual(signature) else { return nil }
    func number(at place: Int) -> Int {
      data.dropFirst(place).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    return (number(at: 16), number(at: 20))
  }
}

/// What an export wrote of a run.
package struct ExportOutcome: Encodable, Sendable {
  package let run: RunIdentity
  /// Where it lies.
  package let folder: String
  /// Numbers that were not there before.
  package var numbers = 0
  /// Pictures and files of the record that were not there before, or not as they are now.
  package var files = 0

  init(_ run: RunIdentity, in folder: URL) {
    self.run = run
    self.folder = folder.path
  }
}
