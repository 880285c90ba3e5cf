/// What a file is, told by its first bytes, whatever it is called: for the messages about files that are not what their
/// names say.
package enum FileKind: Sendable {
  case jpeg, png, gif, webp, bmp, tiff, heic, avif, jpegXL, jpeg2000
  case html, xml, gitLFSPointer, pdf
  case zip, gzip, xz, sevenZip, tar, hdf5, numpy, pickle
  case empty, zeros

  /// Tells the kind; nil where it is none of these.
  package init?(of bytes: some RandomAccessCollection<UInt8>) {
    let start = Array(bytes.prefix(512))
    func has(_ signature: [UInt8], at place: Int = 0) -> Bool { start.dropFirst(place).starts(with: signature) }
    func has(_ text: String, at place: Int = 0) -> Bool { has(Array(text.utf8), at: place) }
    if let kind = Self.signatures.first(where: { has($0.signature, at: $0.place) })?.kind {
      self = kind
    } else if has("RIFF"), has("WEBP", at: 8) {
      self = .webp
    } else if has("BM"), has([0, 0, 0, 0], at: 6) {
      self = .bmp
    } else if has("ftyp", at: 4), let kind = Self.brands[String(decoding: start.dropFirst(8).prefix(4), as: UTF8.self)]
    {
      self = kind
    } else if let kind = Self.markup(start) {
      self = kind
    } else if has([0x80]), start.count > 1, (2...5).contains(start[1]) {
      self = .pickle
    } else if bytes.isEmpty {
      self = .empty
    } else if bytes.allSatisfy({ $0 == 0 }) {
      self = .zeros
    } else {
      return nil
    }
  }

  /// The kind with its article, as in "a PNG image".
  package var name: String {
    switch self {
    case .jpeg: "a JPEG image"
    case .png: "a PNG image"
    case .gif: "a GIF image"
    case .webp: "a WebP image"
    case .bmp: "a BMP image"
    case .tiff: "a TIFF image"
    case .heic: "a HEIC image"
    case .avif: "an AVIF image"
    case .jpegXL: "a JPEG XL image"
    case .jpeg2000: "a JPEG 2000 image"
    case .html: "an HTML page"
    case .xml: "an XML text"
    case .gitLFSPointer: "a Git LFS pointer, not the file that it stands for"
    case .pdf: "a PDF document"
    case .zip: "a zip archive"
    case .gzip: "a gzip archive"
    case .xz: "an xz archive"
    case .sevenZip: "a 7z archive"
    case .tar: "a tar archive"
    case .hdf5: "an HDF5 file"
    case .numpy: "a NumPy array"
    case .pickle: "a Python pickle"
    case .empty: "empty"
    case .zeros: "filled with zeros"
    }
  }

  package var isImage: Bool {
    switch self {
    case .jpeg, .png, .gif, .webp, .bmp, .tiff, .heic, .avif, .jpegXL, .jpeg2000: true
    default: false
    }
  }

  /// What to do about it, whatever was expected; nil where that depends on what was.
  package var advice: String? {
    switch self {
    case .html, .xml:
      "the download brought that in its place: download the file again, signed in where its page asks for it"
    case .gitLFSPointer: "fetch the file itself with 'git lfs pull'"
    case .empty, .zeros: "copy or download it again"
    case .zip, .gzip, .xz, .sevenZip, .tar: "unpack it"
    default: nil
    }
  }

  private static let signatures: [(kind: FileKind, place: Int, signature: [UInt8])] = [
    (.jpeg, 0, [0xFF, 0xD8, 0xFF]), (.png, 0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.gif, 0, Array("GIF8".utf8)), (.tiff, 0, [0x49, 0x49, 0x2A, 0x00]), (.tiff, 0, [0x4D, 0x4D, 0x00, 0x2A]),
    (.jpegXL, 0, [0xFF, 0x0A]), (.jpegXL, 4, Array("JXL ".utf8)), (.jpeg2000, 4, Array("jP  ".utf8)),
    (.gitLFSPointer, 0, Array("version https://git-lfs.github.com/".utf8)), (.pdf, 0, Array("%PDF-".utf8)),
    (.zip, 0, [0x50, 0x4B, 0x03, 0x04]), (.gzip, 0, [0x1F, 0x8B, 0x08]),
    (.xz, 0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
    (.sevenZip, 0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]), (.tar, 257, Array("ustar".utf8)),
    (.hdf5, 0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), (.numpy, 0, [0x93] + Array("NUMPY".utf8)),
  ]

  /// The brands of the container that HEIC and AVIF share (ISO/IEC 14496-12, `ftyp`).
  private static let brands: [String: FileKind] = [
    "heic": .heic, "heix": .heic, "heim": .heic, "heis": .heic, "hevc": .heic, "hevx": .heic, "mif1": .heic,
    "msf1": .heic, "avif": .avif, "avis": .avif,
  ]

  /// A page or an error of a web server, which stand where a download failed; a byte order mark and blanks may come first.
  private static func markup(_ start: [UInt8]) -> FileKind? {
    let text = String(decoding: start, as: UTF8.self).drop { $0 == "\u{FEFF}" || $0.isWhitespace }.lowercased()
    if ["<!doctype html", "<html", "<head", "<body", "<script"].contains(where: text.hasPrefix) { return .html }
    return text.hasPrefix("<?xml") || text.hasPrefix("<error") ? .xml : nil
  }
}
