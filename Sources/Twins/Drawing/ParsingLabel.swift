/// What a sample of a drawing shows, in the classes of LIP (Gong et al., CVPR 2017) that the drawings know.
enum ParsingLabel: UInt8 {
  /// Nothing of the figure: LIP has no class for bags, and only the crop's own person counts.
  case background = 0
  case hat = 1
  case hair = 2
  case upperClothes = 5
  case dress = 6
  case socks = 8
  case trousers = 9
  case skirt = 12
  case face = 13
  case leftArm = 14
  case rightArm = 15
  case leftLeg = 16
  case rightLeg = 17
  case leftShoe = 18
  case rightShoe = 19
  /// Background too, but before the figure: it hides joints.
  case foreground = 255

  /// The class in the label image.
  @inline(__always)
  static func number(of sample: UInt8) -> UInt8 { sample == foreground.rawValue ? background.rawValue : sample }
}
