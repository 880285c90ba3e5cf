import Foundation
import Runs
import Support
import SwiftProtobuf

/// An event file of TensorBoard that is read before it is added to.
struct EventFile {
  /// What an event says of one thing at one step.
  struct Entry: Hashable {
    let tag: String
    let step: Int
  }

  let file: URL
  /// What is there.
  private(set) var entries: Set<Entry> = []
  /// The last picture of each tag, and the last text, by digest.
  private(set) var digests: [String: String] = [:]
  /// Whether there is no file yet.
  let isNew: Bool

  /// Files are named so that TensorBoard finds them, and end in a word of ours.
  private static let (beginning, ending) = ("events.out.tfevents.", ".aanet")
  private static let largest = 1 << 30

  /// Opens the file of a folder, and cuts off what a killed export left at its end.
  ///
  /// - Parameter start: seconds since 1970 that a new file is named by.
  /// - Throws: ``FileError`` where it is damaged.
  init(in folder: URL, start: Double) throws(FileError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let known = names.sorted().first { $0.hasPrefix(Self.beginning) && $0.hasSuffix(Self.ending) }
    let name = known ?? Self.beginning + String(format: "%010.0f", start) + Self.ending
    file = folder.appendingPathComponent(name, isDirectory: false)
    guard let data = try AtomicFile.read(file, limit: Self.largest) else {
      isNew = true
      return
    }
    let bytes = [UInt8](data)
    let (records, end): ([ArraySlice<UInt8>], Int)
    do { (records, end) = try TFRecord.read(bytes) } catch {
      throw FileError(file, "is damaged at byte \(error.place); remove it, and the export writes it anew")
    }
    for record in records {
      guard let event = try? Tensorboard_Event(serializedBytes: Array(record)) else {
        throw FileError(file, "holds a record that is no event; remove it, and the export writes it anew")
      }
      for value in event.summary.value {
        entries.insert(Entry(tag: value.tag, step: Int(event.step)))
        if let digest = Self.digest(of: value) { digests[value.tag] = digest }
      }
    }
    if end < bytes.count { try AtomicFile.write([Array(bytes[..<end])], to: file) }
    isNew = end == 0
  }

  /// Adds events; all of them or none.
  func append(_ events: [Tensorboard_Event]) throws(FileError) {
    var bytes: [UInt8] = []
    for event in events {
      guard let body: [UInt8] = try? event.serializedBytes() else {
        throw FileError(file, "an event cannot be written: it has more than 2 GiB")
      }
      bytes += TFRecord.framed(body)
    }
    try AtomicFile.append(Data(bytes), to: file)
  }

  /// What tells one picture or text from another; nil of a number.
  static func digest(of value: Tensorboard_Summary.Value) -> String? {
    switch value.value {
    case .image(let image): SHA256.hexadecimal(image.encodedImageString)
    case .tensor(let tensor): tensor.stringVal.first.map { SHA256.hexadecimal($0) }
    default: nil
    }
  }
}
