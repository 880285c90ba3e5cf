import CMatIO
import Datasets
import Foundation
import TestSupport

/// MATLAB 5 files through the check and libmatio, as attributes, predictions, identities and labels.
///
/// The first byte says whether the rest is the file as it is, or the variables of one that is packed here: a stream's
/// checksum would else keep every mutation out of it.
struct MatTarget: FuzzTarget {
  private static let packed = UInt8(ascii: "z")
  private static let header = 128
  private let folder = try? ScratchFolder("mat")

  func feed(_ bytes: [UInt8]) {
    guard let first = bytes.first, let folder else { return }
    let rest = Array(bytes.dropFirst())
    let whole = first == Self.packed ? Self.packing(rest) : rest
    guard let file = try? folder.write(whole, to: "fuzz.mat") else { return }
    for scheme in AttributeScheme.all {
      _ = try? AttributeTable(contentsOf: file, scheme: scheme)
      _ = try? AttributePredictions(contentsOf: file, scheme: scheme, columns: scheme.attributes.map(\.name))
    }
    _ = try? AttributePredictions(contentsOf: file, scheme: .market1501)
    _ = try? IdentityList.read(file)
    _ = try? AttributeScheme.ofLabels(in: file)
  }

  /// A file of one compressed element that holds the bytes.
  private static func packing(_ variable: [UInt8]) -> [UInt8] {
    let text = Array("MATLAB 5.0 MAT-file, made by the fuzzer".utf8)
    var count = compressBound(uLong(variable.count))
    var stream = [UInt8](repeating: 0, count: Int(count))
    guard compress2(&stream, &count, variable, uLong(variable.count), 1) == Z_OK else { return [] }
    let words = [15, UInt32(count)].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    return text + [UInt8](repeating: 32, count: header - 4 - text.count) + [0, 1, 0x49, 0x4d] + words
      + stream.prefix(Int(count))
  }

  func seeds() throws -> [String: [UInt8]] {
    var seeds: [String: [UInt8]] = [:]
    let folder = try ScratchFolder("mat-seeds")
    for scheme in AttributeScheme.all {
      let labels = scheme.attributes.map { _ in [1] }
      let table = try AttributeTable(scheme: scheme, train: [1: labels, 2: labels], test: [3: labels])
      for isCompressed in [false, true] {
        let file = folder.url.appendingPathComponent("\(scheme.variable)-\(isCompressed).mat")
        try table.write(to: file, isCompressed: isCompressed)
        let bytes = Array(try Data(contentsOf: file))
        seeds[file.lastPathComponent] = [UInt8(ascii: "a")] + bytes
        if !isCompressed { seeds["packed-" + file.lastPathComponent] = [Self.packed] + bytes.dropFirst(Self.header) }
      }
    }
    for (name, bytes) in try Project.files(in: "Tests/DatasetsTests/Fixtures/attributes", ending: ".mat") {
      seeds[name] = [UInt8(ascii: "a")] + bytes
    }
    let columns = AttributePredictions.marketColumns.count
    let predictions = PlainMatFile.table("gallery", [[Double](repeating: 1, count: columns)])
    seeds["predictions.mat"] = [UInt8(ascii: "a")] + predictions
    seeds["packed-predictions.mat"] = [Self.packed] + predictions.dropFirst(Self.header)
    seeds["identities.mat"] = [UInt8(ascii: "a")] + PlainMatFile.list("testID", [1, 2, 3])
    return seeds
  }
}
