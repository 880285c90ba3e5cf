import Foundation
import Support

/// A file of named tensors, of whichever form: safetensors, or what `torch.save` writes (`.pth`, `.pt`).
///
/// Opening a file reads and checks its description alone; numbers stay on the disk until they are asked for. Nothing in a
/// file is run.
package struct TensorFile: Sendable {
  /// How a file is written.
  package enum Form: String, Sendable, Codable {
    case safetensors
    /// PyTorch's zip archive, since 1.6.
    case torchArchive = "pytorch-zip"
    /// PyTorch's form before 1.6.
    case torchLegacy = "pytorch-legacy"
  }

  /// A tensor in the file.
  package struct Entry: Sendable, Hashable {
    /// The name; in PyTorch's files the path of keys to it, joined by dots.
    package let name: String
    package let kind: StoredTensor.Kind
    package let shape: [Int]

    package var count: Int { shape.reduce(1, *) }

    package init(name: String, kind: StoredTensor.Kind, shape: [Int]) {
      (self.name, self.kind, self.shape) = (name, kind, shape)
    }
  }

  private enum Contents: Sendable {
    case safetensors(SafeTensorsHeader, Data)
    case torch(TorchArchive)
  }

  package let form: Form
  /// The tensors in the file's order.
  package let entries: [Entry]
  /// Free text by name, which safetensors files may hold.
  package let metadata: [String: String]
  private let contents: Contents
  private let indices: [String: Int]

  /// Opens a file. Its form is told by its first bytes, whatever it is called.
  ///
  /// - Throws: ``PlainError`` with the file's path where it cannot be read, is of no known form, damaged, or asks
  ///   to run something.
  package init(contentsOf url: URL) throws(PlainError) {
    do throws(PlainError) { try self.init(data: try Self.mapped(url)) } catch {
      throw PlainError("\(url.path): \(error.description)")
    }
  }

  /// Opens the bytes of a file.
  ///
  /// - Throws: ``PlainError`` as for a file, without a path.
  package init(data: Data) throws(PlainError) {
    if data.starts(with: ZipDirectory.signature) {
      try self.init(.torchArchive, try TorchArchive(zip: data))
    } else if data.starts(with: TorchArchive.legacySignature) {
      try self.init(.torchLegacy, try TorchArchive(legacy: data))
    } else if data.count > 8, data[data.startIndex + 8] == UInt8(ascii: "{") {
      let header = try SafeTensorsHeader(of: data)
      self.init(
        form: .safetensors, entries: header.entries.map { Entry(name: $0.name, kind: $0.kind, shape: $0.shape) },
        metadata: header.metadata, contents: .safetensors(header, data))
    } else {
      let kind = FileKind(of: data)
      throw PlainError(
        "it is neither a safetensors file nor one that torch.save wrote"
          + (kind.map { ": it is \($0.name)" + ($0.advice.map { "; \($0)" } ?? "") } ?? ""))
    }
  }

  private init(_ form: Form, _ archive: TorchArchive) throws(PlainError) {
    self.init(
      form: form,
      entries: archive.tensors.map { Entry(name: $0.name, kind: $0.tensor.storage.kind, shape: $0.tensor.shape) },
      metadata: [:], contents: .torch(archive))
  }

  private init(form: Form, entries: [Entry], metadata: [String: String], contents: Contents) {
    self.form = form
    self.entries = entries
    self.metadata = metadata
    self.contents = contents
    indices = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tensor of a name, without its numbers; nil where there is none.
  package subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// Reads a tensor's numbers.
  ///
  /// - Returns: the tensor; nil where there is none of that name.
  package func tensor(_ name: String) -> StoredTensor? {
    guard let index = indices[name] else { return nil }
    switch contents {
    case .torch(let archive): return archive.stored(archive.tensors[index].tensor)
    case .safetensors(let header, let data):
      let entry = header.entries[index]
      let bytes = data.dropFirst(entry.range.lowerBound).prefix(entry.range.count)
      return StoredTensor(kind: entry.kind, shape: entry.shape, bytes: Array(bytes))
    }
  }

  /// Where a safetensors file holds a tensor's bytes, counted from its start; nil where there is none of that name, and in
  /// other forms, which may pack them.
  package func bytes(of name: String) -> Range<Int>? {
    guard case .safetensors(let header, _) = contents, let index = indices[name] else { return nil }
    return header.entries[index].range
  }

  /// The bytes of a regular file, mapped: a folder, a pipe or a device under its name is refused, not waited for.
  static func mapped(_ url: URL) throws(PlainError) -> Data {
    var status = stat()
    guard stat(url.path, &status) == 0, access(url.path, R_OK) == 0 else {
      throw PlainError("it cannot be read \(SystemRefusal.reason(errno))")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw PlainError("it is not a regular file") }
    guard status.st_size > 0 else { throw PlainError("it is empty; copy or download it again") }
    do { return try Data(contentsOf: url, options: .mappedIfSafe) } catch {
      throw PlainError("it cannot be read (\(error.localizedDescription))")
    }
  }
}

/// A tensor of a file in a line: what it is called, and the range of its numbers where that was asked for.
package struct TensorSummary: Sendable, Encodable, Equatable {
  /// The least, the mean and the greatest of a tensor's numbers.
  package struct Statistics: Sendable, Encodable, Equatable {
    /// The least number that is finite; nil where none is.
    package let minimum: Double?
    /// The mean of the finite numbers, added up in double precision; nil where there are none.
    package let mean: Double?
    /// The greatest number that is finite; nil where none is.
    package let maximum: Double?
    /// How many numbers are infinite or no numbers at all.
    package let notFinite: Int
  }

  package let name: String
  package let type: StoredTensor.Kind
  package let shape: [Int]
  package let numbers: Int
  /// The range of the numbers; nil where it was not asked for.
  package let statistics: Statistics?
}

extension TensorFile {
  /// The tensors in the file's order.
  ///
  /// - Parameter statistics: whether to read the numbers, one tensor at a time, for their range.
  package func summaries(statistics: Bool) -> [TensorSummary] {
    entries.map { entry in
      TensorSummary(
        name: entry.name, type: entry.kind, shape: entry.shape, numbers: entry.count,
        statistics: statistics ? tensor(entry.name)?.statistics : nil)
    }
  }
}

extension StoredTensor {
  package var statistics: TensorSummary.Statistics {
    let numbers = doubles
    let finite = numbers.filter(\.isFinite)
    return TensorSummary.Statistics(
      minimum: finite.min(), mean: finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count),
      maximum: finite.max(), notFinite: numbers.count - finite.count)
  }
}

extension PlainError {
  /// A file that ends before it should.
  static func cutOff(_ size: Int, of whole: String) -> Self {
    Self("it is cut off: \(size) of \(whole) bytes; download or copy it again")
  }
}
