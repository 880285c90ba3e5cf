import Configuration
import Support
import Tensors

extension DatasetContents {
  /// Sees to it that the bytes of every file could be read, so that there is a fingerprint.
  ///
  /// - Throws: ``DatasetError`` that names the first files that could not be read and why, and how many more there are.
  package func requireFingerprint(of dataset: Dataset) throws(DatasetError) -> String {
    guard let fingerprint else {
      let faults = self.faults(of: dataset) { $0.digest == nil }
      throw DatasetError(
        "the dataset '\(dataset.name)' has \(Wording.count(faults.count, "file")) that cannot be read: "
          + "\(Self.list(faults, by: "; ")); mend or remove \(faults.count == 1 ? "it" : "them")")
    }
    return fingerprint
  }

  /// Sees to it that every file is a JPEG image, before work begins that would stop at it.
  ///
  /// - Throws: ``DatasetError`` that names the first files that are not and why, and how many more there are.
  package func requireReadableImages(of dataset: Dataset) throws(DatasetError) {
    let faults = self.faults(of: dataset) { $0.fault != nil }
    guard !faults.isEmpty else { return }
    throw DatasetError(
      "the dataset '\(dataset.name)' has \(Wording.count(faults.count, "file")) that cannot be read as JPEG images: "
        + "\(Self.list(faults, by: "; ")); mend or remove \(faults.count == 1 ? "it" : "them")")
  }

  /// How many files end early or are damaged within, and the first of them; nil where there are none.
  package func damage(of dataset: Dataset) -> String? {
    let damaged = DatasetLayout.Split.allCases.flatMap { split in
      self.damaged(in: split, of: dataset).map { "\(dataset.layout.folder(of: split))/\($0.name)".quoted }
    }
    guard !damaged.isEmpty else { return nil }
    return "\(Wording.count(damaged.count, "file")) that \(damaged.count == 1 ? "ends" : "end") early or "
      + "\(damaged.count == 1 ? "is" : "are") damaged within: \(Self.list(damaged, by: ", "))"
  }

  /// Sees to it that libjpeg has nothing to fill in.
  ///
  /// - Throws: ``DatasetError`` that names the first files that end early or are damaged, and what can be done.
  package func requireWholeImages(of dataset: Dataset) throws(DatasetError) {
    guard let damage = damage(of: dataset) else { return }
    throw DatasetError(
      "the dataset '\(dataset.name)' has \(damage). 'aanet data verify \(dataset.name) --format json' lists them all; "
        + "replace or remove them, or go on with what is left of them with --accept-damaged")
  }

  /// The images of a list that libjpeg can read only by filling in what is missing.
  func damaged(in split: DatasetLayout.Split, of dataset: Dataset) -> [LabelledImage] {
    zip(dataset.images(of: split), checks[split] ?? []).filter { $1.repairs > 0 }.map(\.0)
  }

  private func faults(of dataset: Dataset, _ isMeant: (FileCheck) -> Bool) -> [String] {
    DatasetLayout.Split.allCases.flatMap { split in
      zip(dataset.images(of: split), checks[split] ?? []).filter { isMeant($1) }
        .map { "\($0.file.path.quoted): \($1.fault ?? "")" }
    }
  }

  private static func list(_ words: [String], by separator: String) -> String {
    words.prefix(3).joined(separator: separator) + (words.count > 3 ? "\(separator)and \(words.count - 3) more" : "")
  }
}
