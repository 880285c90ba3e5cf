import Foundation

/// The real annotation files, which are no part of the project: tests that need them run only where they are.
enum RealAttributeFiles {
  static let folder: URL? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["AANET_SHARED"].map { URL(fileURLWithPath: $0) }
    let candidates = [named, package.deletingLastPathComponent().appendingPathComponent("shared")].compactMap { $0 }
    return candidates.map { $0.appendingPathComponent("attributes") }
      .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("market_attribute.mat").path) }
  }()
}
