import Tensors

/// How a known benchmark names its image files.
package enum BenchmarkLayout: String, CaseIterable, Sendable {
  /// Market-1501: `0002_c1s1_000451_03.jpg` is identity 2, camera 1, sequence 1, frame 451, detection 3.
  case market1501
  /// DukeMTMC-reID: `0001_c2_f0046182.jpg` is identity 1, camera 2, frame 46182.
  case dukemtmc

  /// The pattern of the file names, as messages show it.
  package var pattern: String {
    switch self {
    case .market1501: "IDENTITY_cCAMERAsSEQUENCE_FRAME_DETECTION.jpg, such as 0002_c1s1_000451_03.jpg"
    case .dukemtmc: "IDENTITY_cCAMERA_fFRAME.jpg, such as 0001_c2_f0046182.jpg"
    }
  }

  /// What a file's name says, or nil where it does not follow the pattern.
  ///
  /// - Returns: the identity (−1 junk, 0 distractor) and the camera, which is at least 1.
  package func labels(ofFileNamed name: String) -> (identity: Int, camera: Int)? {
    numbers(inFileNamed: name).flatMap { $0.identity >= -1 && $0.camera >= 1 ? $0 : nil }
  }

  /// Whether a name has the pattern's form, but a camera below the first.
  func hasCameraZero(inFileNamed name: String) -> Bool { numbers(inFileNamed: name)?.camera == 0 }

  /// What the registry says of a set in place of this layout where cameras may be called anything.
  var asOwnLayout: String {
    let folders = DatasetLayout.Split.allCases.map { "\($0.rawValue): \($0.folder)" }.joined(separator: ", ")
    let rest = self == .market1501 ? "s.*" : "_.*"
    return "layout: { folders: { \(folders) }, pattern: '(?<identity>-1|\\d+)_c(?<camera>\\d+)\(rest)' }"
  }

  /// The numbers of a name that has the pattern's form, whatever they are.
  private func numbers(inFileNamed name: String) -> (identity: Int, camera: Int)? {
    var rest = Substring(name)
    let isNegative = rest.removePrefix("-")
    guard let number = rest.removeNumber(), rest.removePrefix("_c"), let camera = rest.removeNumber() else {
      return nil
    }
    switch self {
    case .market1501:
      guard rest.removePrefix("s"), rest.removeNumber() != nil, rest.removePrefix("_"), rest.removeNumber() != nil,
        rest.removePrefix("_"), rest.removeNumber() != nil
      else { return nil }
    case .dukemtmc:
      guard rest.removePrefix("_f"), rest.removeNumber() != nil else { return nil }
    }
    guard DatasetLayout.imageExtensions.contains(rest.lowercased()) else { return nil }
    return (isNegative ? -number : number, camera)
  }

  package var attributeScheme: AttributeScheme {
    switch self {
    case .market1501: .market1501
    case .dukemtmc: .dukeMTMC
    }
  }
}

extension Substring {
  /// Drops `prefix` from the front where it stands there.
  fileprivate mutating func removePrefix(_ prefix: String) -> Bool {
    guard utf8.starts(with: prefix.utf8) else { return false }
    self = Substring(utf8.dropFirst(prefix.utf8.count))
    return true
  }

  /// Drops the decimal digits at the front; nil where there are none or too many for a number.
  fileprivate mutating func removeNumber() -> Int? {
    let digits = utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let number = Int(Substring(digits))
    self = Substring(utf8.dropFirst(digits.count))
    return number
  }
}
