import Configuration
import Support

/// What is wrong with a dataset: its registry, its folders, its images or its attributes.
package struct DatasetError: Error, CustomStringConvertible, Equatable {
  /// What is wrong, where, and what to do about it.
  package let description: String

  package init(_ description: String) { self.description = description }
}

extension String {
  /// The text in quotation marks on one line, whatever it holds: file names may contain line breaks.
  package var quoted: String { "'" + Wording.printable(self, limit: 4096) + "'" }
}
