import Support
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
  func images(of split: DatasetLayout.Split) -> [LabelledImage] {
    switch split {
    case .train: train
    case .query: query
    case .gallery: gallery
    }
  }
}

extension DatasetContents {
  /// Sees to it that the bytes of every file could be read, so that there is a fingerprint.
  ///
  /// - Throws: ``PlainError`` that names the first files that could not be read and why, and how many more there are.
  package func requireFingerprint(of dataset: Dataset) throws(PlainError) -> String {
    guard let fingerprint else {
      let faults = self.faults(of: dataset) { $0.digest == nil }
      throw PlainError(
        "the dataset '\(dataset.name)' has \(Wording.count(faults.count, "file")) that cannot be read: "
          + "\(Self.list(faults, by: "; ")); mend or remove \(faults.count == 1 ? "it" : "them")")
    }
    return fingerprint
  }

  /// Sees to it that every file is a JPEG image, before work begins that would stop at it.
  ///
  /// - Throws: ``PlainError`` that names the first files that are not and why, and how many more there are.
  package func requireReadableImages(of dataset: Dataset) throws(PlainError) {
    let faults = self.faults(of: dataset) { $0.fault != nil }
    guard !faults.isEmpty else { return }
    throw PlainError(
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
  /// - Throws: ``PlainError`` that names the first files that end early or are damaged, and what can be done.
  package func requireWholeImages(of dataset: Dataset) throws(PlainError) {
    guard let damage = damage(of: dataset) else { return }
    throw PlainError(
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

/// What reading one image's file told, now or when it was last read.
struct FileCheck: Sendable {
  struct Extent: Hashable, Sendable {
    let width: Int
    let height: Int
  }

  /// The digest of the file's bytes; nil where they cannot be read.
  private(set) var digest: FileDigest?
  /// The image's size; nil where it cannot be decoded, or was not decoded now.
  private(set) var extent: Extent?
  /// How many faults libjpeg repaired.
  private(set) var repairs = 0
  /// Why it cannot be read or decoded.
  private(set) var fault: String?
  /// Whether it was not read now, because a ledger knows it as it is.
  private(set) var isRemembered = false
  /// What a ledger may remember of it: nothing where it is not whole, or was written to a moment ago.
  private(set) var entry: FileLedger.Entry?

  /// Reads and decodes a file unless a ledger knows it.
  init(_ image: LabelledImage, named name: String, known: FileLedger, clock: () -> Int64) {
    let path = image.file.path
    // Before the bytes are read: whoever writes meanwhile leaves another stamp.
    let stamp = FileStamp(of: path)
    if let stamp, let digest = known.digest(of: name, stamped: stamp) {
      self.digest = digest
      isRemembered = true
      entry = FileLedger.Entry(stamp: stamp, digest: digest)
      return
    }
    let moment = clock()
    do throws(PlainError) {
      let bytes = try RegularFile.bytes(of: path, limit: ImageReader.maximumFileSize)
      let digest = FileDigest(of: bytes)
      self.digest = digest
      do throws(PlainError) {
        let (decoded, warnings) = try JPEG.decode(bytes)
        extent = Extent(width: decoded.width, height: decoded.height)
        repairs = warnings
      } catch {
        fault = "is no JPEG image that can be read: \(error.description)"
      }
      if fault == nil, repairs == 0, let stamp, stamp.isSettled(at: moment) {
        entry = FileLedger.Entry(stamp: stamp, digest: digest)
      }
    } catch {
      fault = error.description
    }
  }
}

extension WorkerPool {
  /// What `body` makes of each value, in order, made on all threads.
  func map<Value: Sendable, Result: Sendable>(_ values: [Value], _ body: (Value) -> Result) -> [Result] {
    let split = Split(count: values.count, grain: 8)
    let places = UnsafeMutableBufferPointer<Result?>.allocate(capacity: values.count)
    places.initialize(repeating: nil)
    defer {
      places.deinitialize()
      places.deallocate()
    }
    run(split.chunks) { chunk, _ in
      for place in split[chunk] { places[place] = body(values[place]) }
    }
    return places.compactMap { $0 }
  }
}

/// Gathers what decides a dataset's results, each value set apart from the next, into a fingerprint.
struct DatasetFingerprint {
  /// Hexadecimal digits of a fingerprint. Those of earlier versions had 16 and covered the sizes of images in place of
  /// their bytes.
  static let length = 32

  private var bytes: [UInt8]

  init(head: String = "aanet data 2\n") { bytes = Array(head.utf8) }

  var text: String { String(SHA256.hexadecimal(bytes).prefix(Self.length)) }

  /// Adds a text and its length.
  mutating func add(_ text: String) {
    add(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func add(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a file's digest, or that there is no such file.
  mutating func add(_ digest: FileDigest?) {
    add(digest == nil ? 0 : 1)
    if let digest { bytes.append(contentsOf: digest.bytes) }
  }
}
