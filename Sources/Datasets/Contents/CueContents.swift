import Models
import Support
import Tensors

/// What the files of a dataset's open cues say: which are whole and fit their images, and a digest of each cue.
package struct CueContents: Sendable {
  package let cues: DatasetCues
  /// What is known of the files of labels now, for the next time.
  package let ledger: FileLedger
  /// Whether ``ledger`` says anything else than the one that was given.
  package let isNews: Bool
  /// What was found of each image, in the order of the dataset's lists.
  let checks: [(split: DatasetLayout.Split, image: LabelledImage, check: CueCheck)]

  /// Reads the labels that a ledger does not know as they are now, and the sizes of their images; for key points the
  /// sizes of all images.
  ///
  /// - Parameters:
  ///   - known: what is known of the files; nothing, to read them all.
  ///   - report: told how many images are done, of how many, where there is anything to be read.
  /// - Throws: what `report` throws.
  package init<Failure: Error>(
    of cues: DatasetCues, known: FileLedger = FileLedger(), threads: Int = Engine.availableThreads,
    clock: () -> Int64 = { FileStamp.now }, report: (_ done: Int, _ total: Int) throws(Failure) -> Void
  ) throws(Failure) {
    let workers = WorkerPool(count: threads)
    let files = DatasetLayout.Split.allCases.flatMap { split in
      cues.dataset.images(of: split).map { (split: split, image: $0) }
    }
    var checks: [(split: DatasetLayout.Split, image: LabelledImage, check: CueCheck)] = []
    checks.reserveCapacity(files.count)
    for start in stride(from: 0, to: files.count, by: 512) {
      let some = Array(files[start..<min(start + 512, files.count)])
      let found = workers.map(some) { CueCheck($0.image, of: cues, known: known, clock: clock) }
      for (file, check) in zip(some, found) { checks.append((file.split, file.image, check)) }
      guard found.contains(where: { !$0.isRemembered }) else { continue }
      try report(checks.count, files.count)
    }
    self.cues = cues
    self.checks = checks
    guard cues.cues.contains(.parsing) else {
      (ledger, isNews) = (known, false)
      return
    }
    var ledger = FileLedger(written: clock())
    for (_, image, check) in checks {
      for (name, entry) in zip(cues.ledgerNames(of: image), check.entries) { ledger.note(name, entry) }
    }
    isNews = !ledger.agrees(with: known)
    self.ledger = isNews ? ledger : known
  }

  /// 32 hexadecimal digits that are others where a cue's files are other bytes or names, or what the registry says of them
  /// is something else. Where the files lie has no part in it.
  ///
  /// - Throws: ``PlainError`` where the cue is not open or the bytes of a file cannot be read.
  package func digest(of cue: Cue) throws(PlainError) -> String {
    var digest = DatasetFingerprint(head: "aanet cues 1\n")
    digest.add(cue.rawValue)
    switch cue {
    case .keypoints:
      guard let keypoints = cues.settings.keypoints, cues.cues.contains(cue) else { throw notOpen(cue) }
      digest.add(cues.keypointFiles.count)
      for file in cues.keypointFiles { digest.add(file.file.digest) }
      digest.add("\(keypoints.threshold)")
      digest.add(keypoints.missing.rawValue)
    case .parsing:
      guard let parsing = cues.settings.parsing, cues.cues.contains(cue) else { throw notOpen(cue) }
      digest.add(parsing.scheme.rawValue)
      digest.add(parsing.missing.rawValue)
      digest.add(checks.count)
      for (_, image, check) in checks {
        guard check.isMissing || check.digest != nil else { throw PlainError(check.fault ?? "") }
        digest.add(cues.labelName(of: image))
        digest.add(check.digest)
      }
    }
    return digest.text
  }

  private func notOpen(_ cue: Cue) -> PlainError {
    PlainError("the dataset '\(cues.dataset.name)' was opened without its \(cue.rawValue)")
  }
}

/// What was found of one image's cues.
struct CueCheck: Sendable {
  /// The size of the image's file; nil where it was not read now or cannot be.
  private(set) var extent: FileExtent?
  /// The digest of the labels' file; nil where it is missing or cannot be read.
  private(set) var digest: FileDigest?
  private(set) var isMissing = false
  /// What is wrong with the labels or the image, with the file's path.
  private(set) var fault: String?
  /// How many pixels each class has; empty where labels were not read now.
  private(set) var counts: [Int] = []
  /// Whether nothing was read now.
  private(set) var isRemembered = false
  /// What a ledger may remember: the labels' file, and the image that they fit.
  private(set) var entries: [FileLedger.Entry] = []

  init(_ image: LabelledImage, of cues: DatasetCues, known: FileLedger, clock: () -> Int64) {
    let labels = cues.cues.contains(.parsing) ? cues.labelFile(of: image) : nil
    let stamps = [labels, image.file.path].compactMap { $0.flatMap(FileStamp.init(of:)) }
    if labels != nil, stamps.count == 2 {
      let digests = zip(cues.ledgerNames(of: image), stamps).compactMap { known.digest(of: $0, stamped: $1) }
      if digests.count == 2 {
        digest = digests[0]
        entries = zip(stamps, digests).map { FileLedger.Entry(stamp: $0, digest: $1) }
        isRemembered = true
        guard cues.cues.contains(.keypoints) else { return }
      }
    }
    do throws(PlainError) {
      extent = FileExtent(
        try JPEG.size(of: try RegularFile.bytes(of: image.file.path, limit: ImageReader.maximumFileSize)))
    } catch {
      fault = "\(image.file.path.quoted): \(error.description)"
    }
    guard let labels, !isRemembered, let extent else { return }
    check(labels, of: cues, extent)
    let moment = clock()
    if fault == nil, let digest, stamps.count == 2, stamps.allSatisfy({ $0.isSettled(at: moment) }) {
      entries = stamps.map { FileLedger.Entry(stamp: $0, digest: digest) }
    }
  }

  private mutating func check(_ file: String, of cues: DatasetCues, _ extent: FileExtent) {
    guard RegularFile.standing(of: file) != .missing else {
      isMissing = true
      if cues.settings.parsing?.missing == .error { fault = "\(file.quoted): is missing" }
      return
    }
    do throws(PlainError) {
      let bytes = try RegularFile.bytes(of: file, limit: DatasetCues.maximumLabelFile)
      digest = FileDigest(of: bytes)
      guard let scheme = cues.settings.parsing?.scheme else { return }
      let labels = try DatasetCues.labels(bytes, scheme: scheme, extent: extent)
      counts = [Int](repeating: 0, count: scheme.names.count)
      for label in labels.classes { counts[Int(label)] += 1 }
    } catch {
      fault = "\(file.quoted): \(error.description)"
    }
  }
}

extension DatasetCues {
  /// Under which names a ledger knows an image's labels and the image that they were compared with.
  fileprivate func ledgerNames(of image: LabelledImage) -> [String] {
    let name = labelName(of: image)
    return ["\(settings.parsing?.scheme.rawValue ?? "") \(settings.parsing?.folder ?? "")/\(name)", "image of \(name)"]
  }
}
