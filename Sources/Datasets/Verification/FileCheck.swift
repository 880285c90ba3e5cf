import Tensors

/// What reading one file told.
struct FileCheck: Sendable {
  struct Extent: Hashable, Sendable {
    let width: Int
    let height: Int
  }

  /// The image's size; nil where it cannot be read.
  var extent: Extent?
  /// How many faults libjpeg repaired.
  var repairs = 0
  /// Why it cannot be read.
  var fault: String?

  init(_ image: LabelledImage) {
    do throws(DatasetError) {
      let bytes = try RegularFile.bytes(of: image.file.path, limit: ImageReader.maximumFileSize)
      do throws(JPEGError) {
        let (decoded, warnings) = try JPEG.decode(bytes)
        extent = Extent(width: decoded.width, height: decoded.height)
        repairs = warnings
      } catch {
        fault = "is no JPEG image that can be read: \(error.description)"
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
