import Datasets
import Foundation
import Testing
import Twins

/// The mean colour of a box, from 0 to 1.
private func mean(_ image: Image, x: Range<Int>, y: Range<Int>) -> SIMD3<Float> {
  var sum = SIMD3<Float>.zero
  for row in y {
    for column in x {
      let place = (row * image.width + column) * 3
      sum += SIMD3(Float(image.pixels[place]), Float(image.pixels[place + 1]), Float(image.pixels[place + 2]))
    }
  }
  return sum / Float(x.count * y.count) / 255
}

/// How many pixels of two images differ visibly.
private func difference(_ a: Image, _ b: Image) -> Int {
  (0..<a.width * a.height).filter { pixel in
    (0..<3).contains { abs(Int(a.pixels[pixel * 3 + $0]) - Int(b.pixels[pixel * 3 + $0])) > 24 }
  }.count
}

private func person(_ change: (inout Traits) -> Void) -> Traits {
  var traits = Traits()
  traits.upperColours = ["gray"]
  traits.lowerColours = ["black"]
  traits.hasShortSleeves = true
  change(&traits)
  return traits
}

/// The colour that the annotators name is the one that shows, whoever wears it (the mean over ten persons, since some
/// wear prints).
@Test func namedColoursShow() {
  func shown(_ colour: String, upper: Bool) -> SIMD3<Float> {
    var sum = SIMD3<Float>.zero
    for seed in 0..<10 {
      let traits = person {
        if upper { $0.upperColours = [colour] } else { $0.lowerColours = [colour] }
      }
      let image = Portrait.draw(traits, heading: 2.9, seed: UInt64(seed))
      sum += upper ? mean(image, x: 29..<35, y: 32..<50) : mean(image, x: 26..<38, y: 66..<72)
    }
    return sum / 10
  }
  for upper in [true, false] {
    let white = shown("white", upper: upper)
    let black = shown("black", upper: upper)
    let gray = shown("gray", upper: upper)
    #expect(white.sum() > gray.sum() + 0.3 && gray.sum() > black.sum() + 0.3, "upper: \(upper)")
    let blue = shown("blue", upper: upper)
    let green = shown("green", upper: upper)
    let yellow = shown("yellow", upper: upper)
    let purple = shown("purple", upper: upper)
    let red = shown("red", upper: upper)
    #expect(red.x > red.y + 0.15 && red.x > red.z + 0.15)
    #expect(blue.z > blue.x + 0.06)
    #expect(green.y > green.x && green.y > green.z + 0.06)
    #expect(yellow.x > yellow.z + 0.15 && yellow.y > yellow.z + 0.1)
    #expect(purple.z > purple.y + 0.05 && purple.x > purple.y)
  }
}

/// Each trait changes the picture from the side on which it is seen.
@Test func everyTraitShows() {
  let changes: [(String, Float, Int, (inout Traits) -> Void)] = [
    ("gender", 0, 60, { $0.isFemale = true }), ("age", 0, 60, { $0.age = .young }),
    ("hair", .pi, 60, { $0.hasLongHair = true }), ("hat", 0, 12, { $0.hasHat = true }),
    ("sleeves", 0, 60, { $0.hasShortSleeves = false }), ("upper length", 0, 100, { $0.hasLongUpper = true }),
    ("backpack", .pi, 300, { $0.hasBackpack = true }), ("bag", 0, 40, { $0.hasBag = true }),
    ("handbag", 1.57, 60, { $0.hasHandbag = true }), ("lower length", 0, 100, { $0.hasShortLower = true }),
    (
      "dress", 0, 100,
      {
        $0.hasDress = true
        $0.isFemale = true
      }
    ), ("boots", 0, 20, { $0.hasBoots = true }), ("shoes", 0, 15, { $0.hasLightShoes = true }),
  ]
  for (name, heading, least, change) in changes {
    for seed in UInt64(1)...4 {
      let plain = Portrait.draw(person { _ in }, heading: heading, seed: seed)
      let changed = Portrait.draw(person(change), heading: heading, seed: seed)
      #expect(difference(plain, changed) >= least, "\(name), seed \(seed)")
    }
  }
}

@Test func personsOfEqualTraitsDiffer() {
  let pictures = (1...8).map { Portrait.draw(person { _ in }, heading: 0.4, seed: UInt64($0)) }
  for a in 0..<8 {
    for b in 0..<a { #expect(difference(pictures[a], pictures[b]) > 250, "\(a) and \(b)") }
  }
}

@Test func faceIsSeenFromTheFrontAndHairFromTheBack() {
  for seed in UInt64(1)...6 {
    let traits = person {
      $0.isFemale = true; $0.hasLongHair = true
    }
    let front = mean(Portrait.draw(traits, heading: 0, seed: seed), x: 30..<34, y: 13..<18)
    let back = mean(Portrait.draw(traits, heading: .pi, seed: seed), x: 30..<34, y: 13..<18)
    #expect((front - back).sum() > 0.1, "seed \(seed)")
  }
}

@Test func aStepMovesTheLegs() {
  for seed in UInt64(1)...4 {
    let still = Portrait.draw(person { _ in }, heading: .pi / 2, seed: seed)
    let step = Portrait.draw(person { _ in }, heading: .pi / 2, phase: 1.5, seed: seed)
    #expect(difference(still, step) > 250)
  }
}
