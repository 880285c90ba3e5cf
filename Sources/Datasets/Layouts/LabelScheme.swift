import Models

/// What the numbers of a human parser's labels mean.
package enum LabelScheme: String, CaseIterable, Sendable {
  /// Look Into Person: 20 classes. CIHP's 20 are the same but for 10, the skin of the torso, and are read as these.
  case lip
  /// ATR: 18 classes.
  case atr

  /// The classes by number.
  package var names: [String] {
    switch self {
    case .lip:
      [
        "background", "hat", "hair", "glove", "sunglasses", "upper-clothes", "dress", "coat", "socks", "pants",
        "jumpsuits", "scarf", "skirt", "face", "left-arm", "right-arm", "left-leg", "right-leg", "left-shoe",
        "right-shoe",
      ]
    case .atr:
      [
        "background", "hat", "hair", "sunglasses", "upper-clothes", "skirt", "pants", "dress", "belt", "left-shoe",
        "right-shoe", "face", "left-leg", "right-leg", "left-arm", "right-arm", "bag", "scarf",
      ]
    }
  }

  /// Whether a class belongs to a region, by class and by ``ParsedRegion/allCases``.
  package var regions: [[Bool]] {
    names.map { name in ParsedRegion.allCases.map { $0.holds(classNamed: name) } }
  }

  /// The class of each class in the mirrored image: left and right change places.
  package var mirrored: [UInt8] {
    let names = names
    return names.map { name in
      let other =
        name.hasPrefix("left-")
        ? "right-" + name.dropFirst(5) : name.hasPrefix("right-") ? "left-" + name.dropFirst(6) : name
      return UInt8(names.firstIndex(of: other) ?? 0)
    }
  }
}

extension ParsedRegion {
  /// Whether the region takes a class in, as modelx.py of emrahbasaran/SPReID has it for LIP.
  fileprivate func holds(classNamed name: String) -> Bool {
    switch self {
    case .foreground: name != "background"
    case .head: ["hat", "hair", "sunglasses", "face"].contains(name)
    case .upper:
      ["upper-clothes", "dress", "coat", "scarf", "jumpsuits", "glove", "left-arm", "right-arm"].contains(name)
    case .lower: ["pants", "left-leg", "right-leg", "skirt", "belt"].contains(name)
    case .shoes: ["left-shoe", "right-shoe", "socks"].contains(name)
    }
  }
}

extension LabelImage {
  /// The labels of the mirrored image: columns mirrored, left and right exchanged. All must be classes of the scheme.
  package func mirrored(_ scheme: LabelScheme) -> LabelImage {
    let others = scheme.mirrored
    return LabelImage(
      width: width, height: height,
      classes: (0..<height).flatMap { row in
        (0..<width).map { others[Int(classes[row * width + width - 1 - $0])] }
      })
  }
}
