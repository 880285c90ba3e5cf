import Foundation
import Support

/// What is known of a dataset's files since they were last read: stamps and digests, by which a file that was left alone
/// need not be read again.
///
/// Only images that libjpeg reads without a complaint are in it. As bytes it ends with its own SHA-256, which guards
/// against damage, not against somebody who forges it; `aanet data verify` believes none and reads every file.
package struct FileLedger: Sendable {
  struct Entry: Equatable {
    var stamp: FileStamp
    var digest: FileDigest
  }

  private(set) var entries: [String: Entry] = [:]
  /// When its first file was read, in nanoseconds since 1970.
  private var written: Int64

  package init() { self.init(written: FileStamp.now) }

  init(written: Int64) { self.written = written }

  /// The digest of an image that is whole, where its stamp is the one that it was last read under.
  func digest(of name: String, stamped stamp: FileStamp) -> FileDigest? {
    guard let entry = entries[name], entry.stamp == stamp else { return nil }
    return entry.digest
  }

  mutating func note(_ name: String, _ entry: Entry) { entries[name] = entry }

  func agrees(with other: FileLedger) -> Bool { entries == other.entries }
}

extension FileLedger {
  /// What the form starts with; its number changes with the form, and with what counts as whole.
  private static let head = Array("aanet files 1\n".utf8)

  /// The ledger as bytes: head, time, number of files; of each its name with its length, inode, size, both times and
  /// digest, all numbers little-endian; at last the SHA-256 of all that.
  package var bytes: [UInt8] {
    var bytes = Self.head
    bytes.reserveCapacity(entries.count * 128)
    func add(_ number: some FixedWidthInteger) {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    add(written)
    add(Int64(entries.count))
    for (name, entry) in entries {
      add(UInt32(name.utf8.count))
      bytes.append(contentsOf: name.utf8)
      add(entry.stamp.inode)
      add(entry.stamp.size)
      add(entry.stamp.modified)
      add(entry.stamp.changed)
      bytes.append(contentsOf: entry.digest.bytes)
    }
    return bytes + SHA256.digest(bytes)
  }

  /// Reads a ledger back; nil where it is damaged, of another form, or from the future: then the clock was set back, and
  /// no time in it tells anything.
  package init?(bytes: [UInt8], now: Int64) {
    let end = bytes.count - FileDigest.size
    guard end >= Self.head.count, bytes.starts(with: Self.head),
      SHA256.digest(bytes[..<end]) == Array(bytes[end...])
    else { return nil }
    let read = bytes.withUnsafeBytes { bytes -> (written: Int64, entries: [String: Entry])? in
      var reader = Reader(bytes: UnsafeRawBufferPointer(rebasing: bytes[Self.head.count..<end]))
      guard let written = reader.number(Int64.self), let count = reader.number(Int64.self), count >= 0 else {
        return nil
      }
      var entries: [String: Entry] = [:]
      entries.reserveCapacity(Int(min(count, Int64(bytes.count / 64))))
      for _ in 0..<count {
        guard let (name, entry) = reader.entry() else { return nil }
        entries[name] = entry
      }
      return reader.isAtEnd ? (written, entries) : nil
    }
    guard let read, read.written <= now else { return nil }
    (written, entries) = read
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    private var place = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type) -> Number? {
      guard let piece = take(MemoryLayout<Number>.size) else { return nil }
      return Number(littleEndian: piece.loadUnaligned(as: Number.self))
    }

    mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
      guard count <= bytes.count - place else { return nil }
      defer { place += count }
      return UnsafeRawBufferPointer(rebasing: bytes[place..<place + count])
    }

    mutating func entry() -> (name: String, entry: Entry)? {
      guard let length = number(UInt32.self), let name = take(Int(length)), let inode = number(UInt64.self),
        let size = number(Int64.self), let modified = number(Int64.self), let changed = number(Int64.self),
        let digest = take(FileDigest.size), let text = String(validating: name, as: UTF8.self)
      else { return nil }
      let stamp = FileStamp(inode: inode, size: size, modified: modified, changed: changed)
      return (text, Entry(stamp: stamp, digest: FileDigest(digest)))
    }
  }
}

/// What the file system says of a file without opening it. As long as all of it is the same, the bytes are.
///
/// Whoever writes other bytes and sets the time of writing back, as unpacking an archive does, cannot set the time of
/// change back: the system alone sets it. The number of the disk is no part of it, because it may be another after each
/// start of the machine.
package struct FileStamp: Hashable, Sendable {
  /// The number under which the file system knows the file.
  let inode: UInt64
  let size: Int64
  /// When the bytes were last written, in nanoseconds since 1970.
  let modified: Int64
  /// When bytes, name or rights were last changed, in nanoseconds since 1970.
  let changed: Int64

  init(inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }

  /// The stamp of a regular file, following links; nil where there is none.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(
      inode: UInt64(status.st_ino), size: Int64(status.st_size), modified: Self.nanoseconds(status.st_mtim),
      changed: Self.nanoseconds(status.st_ctim))
  }

  /// Whether a file of this stamp was left alone for so long before it was read that whoever writes to it afterwards
  /// gives it another stamp. A time of writing in the future tells nothing, and the coarsest file systems count in
  /// twos of seconds.
  func isSettled(at moment: Int64) -> Bool {
    max(modified, changed) < moment - 2_000_000_000
  }

  /// The time of day, in nanoseconds since 1970.
  package static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
