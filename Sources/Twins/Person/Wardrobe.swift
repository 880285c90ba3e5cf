import Tensors

/// What a person wears and carries; drawn once per person from the traits, the same in every image.
struct Wardrobe {
  enum HairStyle: CaseIterable { case cropped, full, side, loose, ponytail, bun }
  enum HatStyle: CaseIterable { case cap, beanie, brimmed }
  enum Print: CaseIterable { case none, box, disc, lines, bigNumber }
  enum BagStyle: CaseIterable { case messenger, tote, pouch }

  var skin: Colour
  var hair: Colour
  var hairStyle: HairStyle
  var hasBeard: Bool
  var hasGlasses: Bool
  var hat: Colour
  var hatStyle: HatStyle?

  var upper: Fabric
  /// Sleeves in another colour (raglan), else as the body.
  var sleeve: Fabric
  /// How far sleeves reach: 0 shoulder, 1 elbow, 2 wrist.
  var sleeveReach: Float
  /// Centimetres that the garment stands off the body, and by which its hem lies below (above: negative) the hip joint.
  var upperEase: Float
  var hem: Float
  /// An open or zipped front shows this inside, over so many radians to each side.
  var inner: Colour
  var opening: Float
  var hasCollar: Bool
  var hasHood: Bool
  var chestPrint: Print
  var backPrint: Print
  var printColour: Colour

  var lower: Fabric
  var lowerEase: Float
  /// How far trousers reach: 0 hip, 1 knee, 2 ankle; a skirt likewise.
  var lowerReach: Float
  var flare: Float
  var hasSideStripe: Bool
  var tights: Colour?

  var shoe: Colour
  var sole: Colour
  /// How far boots reach up the shin, 0 for shoes.
  var bootReach: Float
  var sock: Float

  var backpack: Colour
  var backpackTrim: Colour
  var backpackSize: Float
  var bag: Colour
  var bagStyle: BagStyle
  /// The side on which bags hang: 1 the person's left, −1 the right.
  var bagSide: Float
  var handbag: Colour
  var handbagSide: Float
  var isHandbagAtElbow: Bool

  init(_ traits: Traits, from random: inout RandomStream) {
    func between(_ low: Double, _ high: Double) -> Float { Float(random.uniform(in: low...high)) }
    skin = Palette.skin(from: &random)
    hair = Palette.hair(isOld: traits.age == .old, from: &random)
    hairStyle =
      traits.hasLongHair
      ? random.pick([.loose, .loose, .ponytail, .ponytail, .bun])
      : random.pick(traits.isFemale ? [.full, .side, .full] : [.cropped, .cropped, .side, .full])
    hasBeard = !traits.isFemale && traits.age.rawValue >= 1 && random.chance(0.15)
    hasGlasses = random.chance(0.25)
    hat = Palette.accent(from: &random)
    let hatStyles: [HatStyle] = [.cap, .cap, .beanie, .brimmed]
    let style = random.pick(hatStyles)
    hatStyle = traits.hasHat ? style : nil

    let main = Palette.shade(of: traits.upperColours.first, from: &random)
    upper = Fabric(main, patterned: 0.42, from: &random)
    let isRaglan = random.chance(0.14)
    let sleeveColour = Palette.accent(from: &random)
    sleeve = isRaglan ? Fabric(plain: sleeveColour) : upper
    let reach = traits.hasShortSleeves ? between(0.3, 0.85) : between(1.85, 2)
    let isSleeveless = traits.hasShortSleeves && traits.isFemale && random.chance(0.2)
    sleeveReach = isSleeveless ? 0 : reach
    upperEase = traits.hasShortSleeves ? between(0.6, 2.4) : between(1.5, 4.5)
    hem = traits.hasLongUpper ? between(20, 36) : between(-5, 7)
    inner = Palette.accent(from: &random)
    let opens = random.chance(traits.hasShortSleeves ? 0.1 : 0.45)
    let width = between(0.12, 0.5)
    opening = opens ? width : 0
    hasCollar = random.chance(0.35)
    hasHood = !traits.hasShortSleeves && random.chance(0.4)
    let chest = random.pick(Print.allCases)
    chestPrint = random.chance(0.45) && !opens ? chest : .none
    let back = random.pick(Print.allCases)
    backPrint = random.chance(0.25) ? back : .none
    printColour = Palette.accent(from: &random)
    if abs(printColour.brightness - main.brightness) < 0.15 {
      printColour = main.brightness > 0.5 ? main.lit(0.4) : main.mixed(with: .one, 0.6)
    }

    let isTrousers = !traits.hasDress
    let below = Palette.shade(of: traits.lowerColours.first, isTrousers: isTrousers, from: &random)
    lower = Fabric(below, patterned: traits.hasDress ? 0.4 : 0.14, from: &random)
    if traits.hasDress, traits.lowerColours == traits.upperColours { lower = upper }
    lowerEase = traits.isFemale ? between(0.2, 1.6) : between(0.8, 3)
    let short = traits.hasDress ? between(0.6, 1.02) : between(0.5, 1.02)
    let long = traits.hasDress ? between(1.5, 1.95) : between(1.9, 2)
    lowerReach = traits.hasShortLower ? short : long
    flare = between(1.05, 1.6)
    hasSideStripe = random.chance(0.12)
    let hasTights = traits.hasDress && random.chance(0.25)
    tights = hasTights ? Colour(repeating: 0.14) : nil

    shoe = Palette.shoe(isLight: traits.hasLightShoes, from: &random)
    sole = random.chance(0.4) ? Colour(repeating: 0.85) : shoe.lit(0.6)
    let boot = between(0.4, 0.8)
    bootReach = traits.hasBoots ? boot : 0
    sock = random.chance(0.4) ? between(0.06, 0.2) : 0

    backpack = Palette.accent(from: &random)
    backpackTrim = Palette.accent(from: &random)
    backpackSize = between(0.85, 1.2)
    bag = Palette.accent(from: &random)
    bagStyle = random.pick(BagStyle.allCases)
    bagSide = random.chance(0.5) ? 1 : -1
    handbag = Palette.accent(from: &random)
    handbagSide = random.chance(0.5) ? 1 : -1
    isHandbagAtElbow = random.chance(0.35)

    // Two labelled colours: both show, so that either annotator was right.
    if traits.upperColours.count > 1 {
      upper.second = Palette.shade(of: traits.upperColours[1], from: &random)
      upper.pattern = .yoke
      upper.share = 0
      sleeve = Fabric(plain: upper.second)
    }
    if traits.lowerColours.count > 1 {
      lower.second = Palette.shade(of: traits.lowerColours[1], isTrousers: isTrousers, from: &random)
      lower.pattern = .checks
      lower.share = 0.42
    }
  }
}
