import Tensors

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
    do throws(DatasetError) {
      let bytes = try RegularFile.bytes(of: path, limit: ImageReader.maximumFileSize)
      let digest = FileDigest(of: bytes)
      self.digest = digest
      do throws(JPEGError) {
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
