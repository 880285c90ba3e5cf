import Foundation
import Retrieval
import Tensors
import TestSupport

/// Weights files, every tensor of them with its numbers, and what descriptors are read from.
struct TensorFileTarget: FuzzTarget {
  /// The ending of the fixtures to start from.
  let suffix: String

  func feed(_ bytes: [UInt8]) {
    let data = Data(bytes)
    if let file = try? TensorFile(data: data) {
      var total = 0
      for (summary, entry) in zip(file.summaries(statistics: true), file.entries) {
        precondition(summary.numbers == entry.count)
        total += file.tensor(entry.name)?.floats.count ?? 0
      }
      precondition(total <= max(1 << 26, bytes.count * 16), "\(total) numbers from \(bytes.count) bytes")
    }
    guard let stored = try? SafeTensors(data: data) else { return }
    for name in ["query", "gallery"] { _ = try? LabelledDescriptors(named: name, in: stored) }
    guard let again = try? SafeTensors(data: stored.serialized()) else {
      preconditionFailure("what was read cannot be written and read")
    }
    precondition(again == stored)
  }

  func seeds() throws -> [String: [UInt8]] {
    try Project.files(in: "Tests/TensorsTests/Fixtures", ending: ".\(suffix)")
  }
}
