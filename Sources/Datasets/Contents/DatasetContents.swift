import Tensors

/// What the bytes of a dataset's files say: which images are whole, which are the same, and a fingerprint of it all.
package struct DatasetContents: Sendable {
  /// 32 hexadecimal digits that are others where an image or the attributes are other bytes, are added, removed or
  /// renamed; nil where a file cannot be read.
  package let fingerprint: String?
  /// What is known of the files now, for the next time.
  package let ledger: FileLedger
  /// Whether ``ledger`` says anything else than the one that was given.
  package let isNews: Bool
  /// What reading each image told, in the order of the dataset's lists.
  let checks: [DatasetLayout.Split: [FileCheck]]

  /// Reads every image that a ledger does not know as it is now, decodes it, and digests its bytes.
  ///
  /// - Parameters:
  ///   - known: what is known of the files; nothing, to read them all.
  ///   - report: told how many images are done, of how many, where there are any to be read.
  /// - Throws: what `report` throws.
  package init<Failure: Error>(
    of dataset: Dataset, known: FileLedger = FileLedger(), threads: Int = Engine.availableThreads,
    report: (_ done: Int, _ total: Int) throws(Failure) -> Void
  ) throws(Failure) {
    try self.init(of: dataset, known: known, threads: threads, clock: { FileStamp.now }, report: report)
  }

  /// The same without a word.
  package init(
    of dataset: Dataset, known: FileLedger = FileLedger(), threads: Int = Engine.availableThreads
  ) {
    self.init(of: dataset, known: known, threads: threads, report: { _, _ in })
  }

  /// The same under another clock.
  package init<Failure: Error>(
    of dataset: Dataset, known: FileLedger, threads: Int, clock: () -> Int64,
    report: (_ done: Int, _ total: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let workers = WorkerPool(count: threads)
    let files = DatasetLayout.Split.allCases.flatMap { split in
      let folder = dataset.layout.folder(of: split)
      return dataset.images(of: split).map { (split: split, folder: folder, image: $0) }
    }
    var found: [FileCheck] = []
    found.reserveCapacity(files.count)
    var isNews = known.entries.count != files.count
    for start in stride(from: 0, to: files.count, by: 512) {
      let some = workers.map(Array(files[start..<min(start + 512, files.count)])) { file in
        FileCheck(file.image, named: "\(file.folder)/\(file.image.name)", known: known, clock: clock)
      }
      found += some
      guard some.contains(where: { !$0.isRemembered }) else { continue }
      isNews = true
      try report(found.count, files.count)
    }
    var checks: [DatasetLayout.Split: [FileCheck]] = [:]
    for (file, check) in zip(files, found) { checks[file.split, default: []].append(check) }
    var ledger = isNews ? FileLedger(written: clock()) : known
    if isNews {
      for (file, check) in zip(files, found) {
        if let entry = check.entry { ledger.note("\(file.folder)/\(file.image.name)", entry) }
      }
    }
    self.checks = checks
    self.ledger = ledger
    self.isNews = isNews && !ledger.agrees(with: known)
    fingerprint = Self.fingerprint(of: dataset, checks)
  }

  private static func fingerprint(of dataset: Dataset, _ checks: [DatasetLayout.Split: [FileCheck]]) -> String? {
    var fingerprint = DatasetFingerprint()
    fingerprint.add(dataset.layout.fingerprintText)
    for split in DatasetLayout.Split.allCases {
      fingerprint.add(split.rawValue)
      let images = dataset.images(of: split)
      fingerprint.add(images.count)
      for (image, check) in zip(images, checks[split] ?? []) {
        guard let digest = check.digest else { return nil }
        fingerprint.add(image.name)
        fingerprint.add(digest)
        // A layout of one's own may come to read the same names differently.
        if case .own = dataset.layout {
          fingerprint.add(image.identity)
          fingerprint.add(image.camera)
        }
      }
    }
    fingerprint.add(dataset.attributesDigest)
    return fingerprint.text
  }

  /// Whether a run's record states a fingerprint that covers the bytes of the images; those of earlier versions do not.
  package static func coversBytes(_ fingerprint: String) -> Bool { fingerprint.count == DatasetFingerprint.length }
}

extension Dataset {
  /// The images of a list.
  func images(of split: DatasetLayout.Split) -> [LabelledImage] {
    switch split {
    case .train: train
    case .query: query
    case .gallery: gallery
    }
  }
}
