import ArgumentParser
import Documents
import Foundation

/// How a command prints its results.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  /// For people.
  case table
  /// For programs.
  case json
}

extension CSV {
  /// What the option `--csv-bom` does.
  static let markHelp: ArgumentHelp =
    "Begin CSV with a byte order mark, by which spreadsheets know UTF-8; other programs may trip over it."
}

extension String {
  /// The text with spaces behind it, up to `width` characters.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

  /// The text with spaces before it, up to `width` characters.
  func aligned(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

extension Double {
  /// The number with so many decimal places.
  func fixed(_ places: Int) -> String { String(format: "%.\(places)f", self) }
}
