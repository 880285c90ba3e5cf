import Foundation
import Support

/// Boxes of people in whole frames, as COCO has them: annotations, or a detector's results.
///
/// Names and ids only choose among the frames that are there; no file is opened by what stands in it.
package struct BoxFile: Sendable {
  /// The largest file that is read, in bytes.
  static let maximumSize = 1 << 28
  /// The most boxes: their descriptors of 3,072 numbers fill 1.5 GiB.
  static let mostBoxes = 1 << 17

  /// A box.
  package struct Entry: Hashable, Sendable {
    /// The frame's place among the names.
    package let frame: Int
    package let box: FrameBox
    /// How sure the detector is; nil where nobody said.
    package let score: Double?
  }

  /// Why boxes are not taken, with how many.
  package struct LeftOut: Equatable, Sendable {
    /// Of a category that is no person.
    package var others = 0
    /// Around a crowd.
    package var crowds = 0
    /// Less sure than was asked for.
    package var unsure = 0
    /// Of a frame that is not there.
    package var strangers = 0
  }

  /// The boxes, in the file's order.
  package private(set) var boxes: [Entry] = []
  package private(set) var leftOut = LeftOut()
  /// Some names of frames that are not there.
  package private(set) var firstStrangers: [String] = []

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - frames: the names of the frames that are there.
  ///   - leastScore: what a box's score must be, where it has one.
  /// - Throws: ``PlainError`` that names the file, and where there is one the line, the box and the frame.
  package init(contentsOf path: String, frames: [String], leastScore: Double = -.infinity) throws(PlainError) {
    let bytes: [UInt8]
    do throws(PlainError) {
      bytes = try RegularFile.bytes(of: path, limit: Self.maximumSize)
    } catch {
      throw PlainError("\(path.quoted): the file of boxes \(error.description)")
    }
    do throws(PlainError) { try self.init(bytes, frames: frames, leastScore: leastScore) } catch {
      throw PlainError("\(path.quoted): \(error.description)")
    }
  }

  /// The same of a file's bytes, of which messages do not tell the name.
  package init(_ bytes: [UInt8], frames: [String], leastScore: Double = -.infinity) throws(PlainError) {
    let names = FrameNames(frames)
    try COCOFile.withBytes(bytes) { (bytes) throws(PlainError) in try read(bytes, names, leastScore) }
    guard boxes.isEmpty else { return }
    let example = frames.first.map { ", such as \($0.quoted)" } ?? ""
    let stranger = firstStrangers.first.map {
      ", but \(Wording.count(leftOut.strangers, "box", "boxes")) of others, such as \($0.quoted)"
    }
    throw PlainError(
      "has no box of a person in one of the \(Wording.count(frames.count, "frame"))\(example)\(stranger ?? leftOut.words.map { "; \($0)" } ?? "")"
    )
  }
}

extension BoxFile.LeftOut {
  /// What was left out, in words; nil where nothing was.
  package var words: String? {
    let parts = [
      (strangers, "of frames that are not there"), (others, "of other categories than a person"),
      (crowds, "around crowds"), (unsure, "of lower scores"),
    ].filter { $0.0 > 0 }.map { "\(Wording.count($0.0, "box", "boxes")) \($0.1)" }
    return parts.isEmpty ? nil : parts.joined(separator: ", ") + " left out"
  }
}

extension BoxFile {
  fileprivate static let neither = """
    is neither of COCO's two forms of boxes: a list of boxes, each with 'image_id' and 'bbox' (results), or an object \
    with 'images' and 'annotations'
    """

  /// The frames that are there, by what files call them.
  private struct FrameNames {
    let names: ImageNames
    /// The frame that alone has a name without its ending, and a number for its name; −1 where several have.
    private var byStem: [Substring: Int] = [:]
    private var byNumber: [Int: Int] = [:]

    init(_ frames: [String]) {
      names = ImageNames(frames)
      for (place, frame) in frames.enumerated() {
        let stem = frame.lastIndex(of: ".").map { frame[..<$0] } ?? frame[...]
        byStem[stem] = byStem[stem] == nil ? place : -1
        guard let number = Int(stem) else { continue }
        byNumber[number] = byNumber[number] == nil ? place : -1
      }
    }

    func frame(named name: String) -> Int? {
      (names.image(named: name) ?? byStem[name[...]] ?? Int(name).flatMap { byNumber[$0] }).flatMap {
        $0 < 0 ? nil : $0
      }
    }
  }

  /// Why a name is none of a frame; nil where it may be one.
  private static func fault(of name: String) -> String? {
    name.split(whereSeparator: { "/\\".contains($0) }).contains("..")
      ? "the name \(name.quoted) leads out of its folder; name the file alone" : nil
  }

  private mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ names: FrameNames, _ leastScore: Double
  ) throws(PlainError) {
    // Once for what concerns all of it, since images and categories may stand behind the boxes; then for the boxes.
    var images = COCOFile.Images()
    var people: Set<String> = []
    var reader = JSONReader(bytes)
    let areResults = try COCOFile.read(
      &reader, neither: Self.neither,
      images: { (reader) throws(PlainError) in
        try images.read(
          &reader, fault: Self.fault, image: names.frame(named:), path: { names.names.paths[$0] })
      }, entries: { (reader) throws(PlainError) in try Self.forEachPerson(&reader) { _ in } },
      other: { (reader, key) throws(PlainError) in
        if key == "categories" { people = try Self.people(&reader) } else { try reader.skip() }
      })
    reader = JSONReader(bytes)
    _ = try COCOFile.read(
      &reader, neither: Self.neither, images: { (reader) throws(PlainError) in try reader.skip() },
      entries: { (reader) throws(PlainError) in
        try Self.forEachPerson(&reader) { (person) throws(PlainError) in
          var frame = images.places[person.frame]
          if areResults {
            if let fault = Self.fault(of: person.frame) { throw person.fault(fault) }
            frame = names.frame(named: person.frame)
            if frame == nil { images.addStranger(person.frame) }
          }
          guard areResults || frame != nil || images.strangers > 0 else {
            throw person.fault("no entry of 'images' has that id")
          }
          take(person, frame, people: people, leastScore: leastScore)
          guard boxes.count <= Self.mostBoxes else {
            throw person.fault("more than \(Self.mostBoxes) boxes are not taken at once; divide the file by frames")
          }
        }
      })
    firstStrangers = images.firstStrangers
  }

  private static func forEachPerson(
    _ reader: inout JSONReader, _ body: (Person) throws(PlainError) -> Void
  ) throws(PlainError) {
    var number = 0
    try reader.array { (reader) throws(PlainError) in
      number += 1
      try body(try Person(&reader, number))
    }
  }

  private mutating func take(_ person: Person, _ frame: Int?, people: Set<String>, leastScore: Double) {
    if let category = person.category, !people.isEmpty, !people.contains(category) { return leftOut.others += 1 }
    if person.isCrowd { return leftOut.crowds += 1 }
    if let score = person.score, score < leastScore { return leftOut.unsure += 1 }
    guard let frame else { return leftOut.strangers += 1 }
    boxes.append(Entry(frame: frame, box: person.box, score: person.score))
  }

  /// The ids of the categories that are people; empty where none is called so, and then all are taken.
  private static func people(_ reader: inout JSONReader) throws(PlainError) -> Set<String> {
    var people: Set<String> = []
    try reader.array { (reader) throws(PlainError) in
      var (id, name): (String?, String?)
      try reader.object { (reader, key) throws(PlainError) in
        switch key {
        case "id": id = try reader.identifier()
        case "name": name = try reader.string()
        default: try reader.skip()
        }
      }
      if let id, let name, ["person", "pedestrian", "people"].contains(name.lowercased()) { people.insert(id) }
    }
    return people
  }

  /// One entry of a list of boxes.
  private struct Person {
    let frame: String
    let box: FrameBox
    let score: Double?
    let category: String?
    /// Whether it is around many people.
    let isCrowd: Bool
    private let number: Int
    private let start: JSONReader

    init(_ reader: inout JSONReader, _ number: Int) throws(PlainError) {
      _ = try reader.kind()
      let start = reader
      var (image, sides, count): (String?, [Double], Int) = (nil, [], 0)
      var (score, category, isCrowd): (Double?, String?, Bool) = (nil, nil, false)
      do throws(PlainError) {
        try reader.object { (reader, key) throws(PlainError) in
          switch key {
          case "image_id": image = try reader.identifier()
          case "bbox":
            (sides, count) = ([], 0)
            try reader.array { (reader) throws(PlainError) in
              let side = try reader.number()
              if count < 4 { sides.append(side) }
              count += 1
            }
          case "score": score = try reader.number()
          case "category_id": category = try reader.identifier()
          case "iscrowd":
            if try reader.kind() == .number { isCrowd = try reader.number() != 0 } else { try reader.skip() }
          default: try reader.skip()
          }
        }
      } catch {
        throw PlainError("\(error.description), in \(Self.name(number, image))")
      }
      func fault(_ reason: String) -> PlainError { start.fault("\(Self.name(number, image)): \(reason)") }
      guard let image else { throw fault("it has no 'image_id'") }
      guard count == 4 else {
        throw fault("its 'bbox' is \(Wording.count(count, "number")), not 4: x, y, width and height")
      }
      do throws(PlainError) { box = try FrameBox(x: sides[0], y: sides[1], width: sides[2], height: sides[3]) } catch {
        throw fault(error.description)
      }
      (frame, self.score, self.category, self.isCrowd) = (image, score, category, isCrowd)
      (self.number, self.start) = (number, start)
    }

    func fault(_ reason: String) -> PlainError { start.fault("\(Self.name(number, frame)): \(reason)") }

    private static func name(_ number: Int, _ image: String?) -> String {
      "box \(number)" + (image.map { " (image \(Wording.quoted($0)))" } ?? "")
    }
  }
}
