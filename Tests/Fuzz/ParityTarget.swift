import Foundation
import Proofs
import Tensors

/// Descriptions of golden cases, beside the numbers of a small one, and the replay of what they describe.
struct ParityTarget: FuzzTarget {
  private static let name = "part-uncertainty-each"
  private static let fixtures = "Tests/ProofsTests/Fixtures"

  private let folder: ScratchFolder
  private let numbers: URL
  private let engine = Engine(threads: 1)

  init() throws {
    folder = try ScratchFolder("parity")
    let source = Project.folder.appendingPathComponent("\(Self.fixtures)/parity/\(Self.name).safetensors")
    numbers = try folder.write(Array(Data(contentsOf: source)), to: "case.safetensors")
  }

  func feed(_ bytes: [UInt8]) {
    guard (try? folder.write(bytes, to: "case.json")) != nil else { return }
    _ = try? GoldenCase.replay(contentsOf: numbers, on: engine)
  }

  func seeds() throws -> [String: [UInt8]] { try Project.files(in: Self.fixtures, ending: ".json") }
}
