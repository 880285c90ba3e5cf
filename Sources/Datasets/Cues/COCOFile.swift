import Support

/// COCO's two forms of a file about images: a list of entries, each with an `image_id` (results), or an object with `images`,
/// which gives each file an id, and `annotations`.
enum COCOFile {
  /// Goes over a file once, in the order of its text.
  ///
  /// - Parameters:
  ///   - neither: what is said where it has neither form.
  ///   - images: reads the list `images`.
  ///   - entries: reads the list of entries.
  ///   - other: reads or skips the value of another key of the object.
  /// - Returns: whether it is a list of results.
  static func read(
    _ reader: inout JSONReader, neither: String,
    images: (inout JSONReader) throws(PlainError) -> Void,
    entries: (inout JSONReader) throws(PlainError) -> Void,
    other: (inout JSONReader, _ key: String) throws(PlainError) -> Void = { (reader, _) throws(PlainError) in
      try reader.skip()
    }
  ) throws(PlainError) -> Bool {
    let kind = try reader.kind()
    switch kind {
    case .array: try entries(&reader)
    case .object:
      var (hasImages, hasEntries) = (false, false)
      try reader.object { (reader, key) throws(PlainError) in
        switch key {
        case "images":
          hasImages = true
          try images(&reader)
        case "annotations":
          hasEntries = true
          try entries(&reader)
        default: try other(&reader, key)
        }
      }
      guard hasImages, hasEntries else { throw PlainError(neither) }
    default: throw PlainError(neither)
    }
    try reader.end()
    return kind == .array
  }

  /// A size that a file states of an image.
  struct StatedSize: Equatable {
    let image: Int
    let width: Double?
    let height: Double?
  }

  /// The images that a file names.
  struct Images {
    /// What stands in `image_id` for each image that is known; empty in results, which name the file itself.
    private(set) var places: [String: Int] = [:]
    private(set) var statedSizes: [StatedSize] = []
    /// How many names are of no known image.
    private(set) var strangers = 0
    private(set) var firstStrangers: [String] = []

    /// The most names that are kept for a message.
    private static let namesKept = 5

    /// Reads the list `images`.
    ///
    /// - Parameters:
    ///   - fault: why a name is none that a file may have.
    ///   - image: the image that a name means.
    ///   - path: how messages call an image.
    mutating func read(
      _ reader: inout JSONReader, fault: (_ name: String) -> String? = { _ in nil },
      image: (_ name: String) -> Int?, path: (_ image: Int) -> String
    ) throws(PlainError) {
      var named: Set<Int> = []
      places = [:]
      try reader.array { (reader) throws(PlainError) in
        _ = try reader.kind()
        let start = reader
        var (id, name): (String?, String?)
        var (width, height): (Double?, Double?)
        try reader.object { (reader, key) throws(PlainError) in
          switch key {
          case "id": id = try reader.identifier()
          case "file_name": name = try reader.string()
          case "width": width = try reader.number()
          case "height": height = try reader.number()
          default: try reader.skip()
          }
        }
        guard let id, let name else { throw start.fault("an entry of 'images' has no 'id' or no 'file_name'") }
        if let fault = fault(name) { throw start.fault(fault) }
        guard let image = image(name) else { return addStranger(name) }
        guard places.updateValue(image, forKey: id) == nil else {
          throw start.fault("two entries of 'images' have the id \(Wording.quoted(id))")
        }
        guard named.insert(image).inserted else {
          throw start.fault("two entries of 'images' mean the image \(path(image).quoted)")
        }
        statedSizes.append(StatedSize(image: image, width: width, height: height))
      }
    }

    mutating func addStranger(_ name: String) {
      strangers += 1
      if firstStrangers.count < Self.namesKept { firstStrangers.append(name) }
    }
  }

  /// Reads bytes by a closure that throws nothing but a `PlainError`.
  static func withBytes(
    _ bytes: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws(PlainError) -> Void
  ) throws(PlainError) {
    let fault = bytes.withUnsafeBufferPointer { bytes -> PlainError? in
      do throws(PlainError) {
        try body(bytes)
        return nil
      } catch {
        return error
      }
    }
    if let fault { throw fault }
  }
}
