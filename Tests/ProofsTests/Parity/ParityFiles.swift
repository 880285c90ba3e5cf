import Foundation
import Proofs
import Tensors
import TestSupport

/// Where golden cases lie, and altered copies of them.
enum ParityFiles {
  /// The cases of our own, made by `make_cases.py` beside them.
  static let ours = [
    "basic-all-uncertainty", "bottleneck-strided-fixed", "global-only", "part-attribute-uncertainty",
    "part-uncertainty-each",
  ]

  /// The specification's cases of methods of the literature.
  static let methods = [
    "apr", "apr-reweight", "dpfl", "fmn", "glad", "gp-reid", "kpm", "pcb-rpp", "pdc", "pl-net", "spreid", "svdnet",
  ]

  /// Whether a tensor is something that a pass takes in, which nothing is compared with.
  static func isInput(_ name: String) -> Bool {
    ["before.", "attribute.", "op.", "input."].contains(where: name.hasPrefix)
      || ["input", "ids", "labels", "keypoints"].contains(name)
  }

  /// The file of a method's case.
  static func method(_ name: String) -> URL { fixture(name, in: "methods") }

  /// The file of one of our own cases.
  static func fixture(_ name: String, in folder: String = "parity") -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(folder)/\(name).safetensors")
  }

  /// A file of the shared golden cases: under `AANET_SHARED`, or under `shared` beside the package. Nil on a machine
  /// that has neither.
  static func golden(_ name: String) -> URL? {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["AANET_SHARED"].map { URL(fileURLWithPath: $0) }
    return [named, package.deletingLastPathComponent().appendingPathComponent("shared")].compactMap { $0 }
      .map { $0.appendingPathComponent("golden/\(name).safetensors") }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What is said of a case that cannot be read or replayed; nil where it can.
  static func complaint(about file: URL) -> String? {
    do {
      _ = try GoldenCase.replay(contentsOf: file, on: Engine(threads: 1))
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// A copy of a case with other tensors or another description.
  ///
  /// - Parameters:
  ///   - case: its numbers.
  ///   - tensors: changes the tensors.
  ///   - description: changes the description; returning nil leaves it away.
  static func altered(
    _ case: URL, tensors change: (inout [String: StoredTensor]) throws -> Void = { _ in },
    description rewrite: (String) -> String? = { $0 }
  ) throws -> URL {
    let folder = try TemporaryFolder()
    var file = try SafeTensors(contentsOf: `case`)
    try change(&file.tensors)
    let text = try String(
      contentsOf: `case`.deletingPathExtension().appendingPathExtension("json"), encoding: .utf8)
    if let text = rewrite(text) { try folder.write(text, to: "case.json") }
    return try folder.write(Array(try file.serialized()), to: "case.safetensors")
  }

  /// The same of one of our own cases.
  static func altered(
    _ name: String, tensors change: (inout [String: StoredTensor]) throws -> Void = { _ in },
    description rewrite: (String) -> String? = { $0 }
  ) throws -> URL { try altered(fixture(name), tensors: change, description: rewrite) }
}
