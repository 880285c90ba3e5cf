import Datasets

extension DatasetContents {
  /// Reads all of a dataset's files without a word.
  package init(of dataset: Dataset, threads: Int = 2) {
    self.init(of: dataset, threads: threads, report: { _, _ in })
  }
}

extension CueContents {
  /// Reads all of a dataset's cues without a word.
  package init(of cues: DatasetCues, threads: Int = 2) {
    self.init(of: cues, threads: threads, report: { _, _ in })
  }
}
