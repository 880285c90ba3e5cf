import Foundation
import Support

/// What a file of COCO key points says of a dataset's images: annotations, or an estimator's results.
///
/// It is read twice, first for what concerns all of it, then for the people, of whom the surest of each image is kept: a
/// million people in one image need the memory of one.
package struct KeypointFile: Sendable {
  /// The largest file that is read, in bytes: some 300,000 people.
  static let maximumSize = 1 << 28
  /// The farthest place from an image's corner that a joint may have, in pixels.
  static let farthest = 1e6

  /// The surest person of each image, by the image's place among the names.
  package private(set) var poses: [Int: Pose] = [:]
  /// Images that the file names, with the number of their people.
  private(set) var people: [Int: Int] = [:]
  private(set) var statedSizes: [COCOFile.StatedSize] = []
  /// How many names are no image of the dataset.
  package private(set) var strangers = 0
  package private(set) var firstStrangers: [String] = []
  let digest: FileDigest

  /// Reads a file.
  ///
  /// - Throws: ``PlainError`` that names the file, and where there is one the line, the person and the image.
  init(contentsOf path: String, names: ImageNames) throws(PlainError) {
    let bytes: [UInt8]
    do throws(PlainError) {
      bytes = try RegularFile.bytes(of: path, limit: Self.maximumSize)
    } catch {
      throw PlainError("\(path.quoted): the file of key points \(error.description)")
    }
    do throws(PlainError) { try self.init(bytes, names: names) } catch {
      throw PlainError("\(path.quoted): \(error.description)")
    }
  }

  /// The same of a file's bytes, of which messages do not tell the name.
  package init(_ bytes: [UInt8], names: ImageNames) throws(PlainError) {
    digest = FileDigest(of: bytes)
    try COCOFile.withBytes(bytes) { (bytes) throws(PlainError) in try read(bytes, names) }
    guard !people.isEmpty || !statedSizes.isEmpty else {
      throw PlainError(
        "names no image of the dataset"
          + (firstStrangers.first.map {
            ", such as \(names.paths.first?.quoted ?? ""), but \(Wording.count(strangers, "other")), such as \($0.quoted)"
          }
            ?? ": it is empty"))
    }
  }
}

extension KeypointFile {
  /// Which of the two forms a file has, and what concerns all of it.
  private struct Form {
    private(set) var images = COCOFile.Images()
    /// Whether entries name the file itself.
    private(set) var areResults = false
    /// Whether the third numbers are COCO's flags.
    private(set) var areFlags = false

    private var onlyFlags = true
    private var hasSeen = false
    /// The first third number outside 0 to 1.
    private var outside: PlainError?

    init(of reader: inout JSONReader, _ names: ImageNames) throws(PlainError) {
      areResults = try COCOFile.read(
        &reader, neither: KeypointFile.neither,
        images: { (reader) throws(PlainError) in
          try images.read(&reader, image: { names.image(named: $0) }, path: { names.paths[$0] })
        }, entries: { (reader) throws(PlainError) in try survey(&reader) })
      areFlags = onlyFlags && hasSeen
      if let outside, !areFlags { throw outside }
    }

    /// Goes over the people for what their third numbers are.
    private mutating func survey(_ reader: inout JSONReader) throws(PlainError) {
      var person = Person()
      try reader.array { (reader) throws(PlainError) in
        try person.read(&reader)
        for third in stride(from: 2, to: person.numbers.count, by: 3) {
          let number = person.numbers[third]
          onlyFlags = onlyFlags && [0, 1, 2].contains(number)
          hasSeen = hasSeen || number == 2
          if outside == nil, !(0...1).contains(number) {
            outside = person.fault(
              "the third number of the \(Joint.allCases[third / 3].name) is \(number), neither a confidence from 0 to 1 "
                + "nor, with all others of the file, one of COCO's flags 0, 1, 2")
          }
        }
      }
    }

    mutating func addStranger(_ name: String) { images.addStranger(name) }
  }

  fileprivate static let neither = """
    is neither of COCO's two forms of key points: a list of people, each with 'image_id' and 'keypoints' (results), or \
    an object with 'images' and 'annotations'
    """

  /// One entry of a list of people.
  private struct Person {
    private(set) var image = ""
    private(set) var numbers: [Double] = []
    private var number = 0
    private var start: JSONReader?

    /// Reads the next entry in place of the one before.
    mutating func read(_ reader: inout JSONReader) throws(PlainError) {
      number += 1
      _ = try reader.kind()
      start = reader
      numbers.removeAll(keepingCapacity: true)
      image = ""
      var (hasImage, count) = (false, 0)
      do throws(PlainError) {
        try reader.object { (reader, key) throws(PlainError) in
          switch key {
          case "image_id":
            image = try reader.identifier()
            hasImage = true
          case "keypoints":
            count = 0
            numbers.removeAll(keepingCapacity: true)
            try reader.array { (reader) throws(PlainError) in
              let value = try reader.number()
              if count < Joint.count * 3 { numbers.append(value) }
              count += 1
            }
          default: try reader.skip()
          }
        }
      } catch {
        throw PlainError("\(error.description), in \(name)")
      }
      guard hasImage else { throw fault("it has no 'image_id'") }
      guard count == Joint.count * 3 else {
        throw fault(
          "its 'keypoints' are \(count) numbers, not \(Joint.count * 3): x, y and confidence of COCO's \(Joint.count) joints"
        )
      }
      for (place, value) in numbers.enumerated() where place % 3 < 2 && abs(value) > KeypointFile.farthest {
        throw fault("its \(Joint.allCases[place / 3].name) lies at \(value), which is no place of an image in pixels")
      }
    }

    func fault(_ reason: String) -> PlainError {
      let who = "\(name): \(reason)"
      return start?.fault(who) ?? PlainError(who)
    }

    private var name: String { "person \(number)" + (image.isEmpty ? "" : " (image \(Wording.quoted(image)))") }

    /// The joints, where third numbers are flags or confidences, and the sum of their confidences.
    func pose(areFlags: Bool) -> (pose: Pose, sum: Double) {
      var sum = 0.0
      let places = (0..<Joint.count).map { joint in
        let third = numbers[joint * 3 + 2]
        let confidence = min(third, 1)
        sum += confidence
        return Pose.Place(
          x: numbers[joint * 3], y: numbers[joint * 3 + 1], confidence: confidence, isHidden: areFlags && third == 1)
      }
      return (Pose(places), sum)
    }
  }

  /// Keeps of each image's people the one of the largest sum of confidences, the first on a tie.
  private mutating func readPeople(_ reader: inout JSONReader, _ form: inout Form, _ names: ImageNames)
    throws(PlainError)
  {
    var person = Person()
    var sums: [Int: Double] = [:]
    try reader.array { (reader) throws(PlainError) in
      try person.read(&reader)
      let known = form.areResults ? names.image(named: person.image) : form.images.places[person.image]
      guard let image = known else {
        if form.areResults { return form.addStranger(person.image) }
        guard form.images.strangers > 0 else {
          throw person.fault("no entry of 'images' has that id")
        }
        return
      }
      people[image, default: 0] += 1
      let (pose, sum) = person.pose(areFlags: form.areFlags)
      guard sum > sums[image] ?? -1 else { return }
      sums[image] = sum
      poses[image] = pose
    }
  }

  private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ names: ImageNames) throws(PlainError) {
    var reader = JSONReader(bytes)
    var form = try Form(of: &reader, names)
    reader = JSONReader(bytes)
    _ = try COCOFile.read(
      &reader, neither: Self.neither, images: { (reader) throws(PlainError) in try reader.skip() },
      entries: { (reader) throws(PlainError) in try readPeople(&reader, &form, names) })
    statedSizes = form.images.statedSizes
    strangers = form.images.strangers
    firstStrangers = form.images.firstStrangers
  }
}
