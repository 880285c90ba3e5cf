import Datasets
import Foundation
import Testing
import Twins

private func person(_ change: (inout Traits) -> Void = { _ in }) -> Traits {
  var traits = Traits()
  traits.upperColours = ["gray"]
  traits.lowerColours = ["black"]
  traits.hasShortSleeves = true
  traits.hasShortLower = true
  change(&traits)
  return traits
}

extension Cues {
  fileprivate func place(_ joint: Datasets.Joint) -> SIMD2<Double> {
    SIMD2(joints[joint.rawValue].x, joints[joint.rawValue].y)
  }

  fileprivate func sight(_ joint: Datasets.Joint) -> Joint.Sight { joints[joint.rawValue].sight }

  fileprivate func label(_ x: Int, _ y: Int) -> String {
    LabelScheme.lip.names[Int(labels.classes[y * labels.width + x])]
  }

  /// The label of the pixel at a joint.
  fileprivate func label(at joint: Datasets.Joint) -> String {
    label(Int(place(joint).x.rounded()), Int(place(joint).y.rounded()))
  }

  fileprivate func count(_ name: String) -> Int {
    labels.classes.count { LabelScheme.lip.names[Int($0)] == name }
  }

  /// The mean column of a label's pixels.
  fileprivate func middle(of name: String) -> Double {
    let columns = labels.classes.indices.filter { LabelScheme.lip.names[Int(labels.classes[$0])] == name }
      .map { Double($0 % labels.width) }
    return columns.reduce(0, +) / Double(columns.count)
  }
}

@Suite struct CueTests {
  @Test(arguments: [Float(0), 0.8, 1.6, 3.1, -1.2])
  func recordingLabelsChangesNoPixel(heading: Float) {
    for seed in UInt64(1)...6 {
      let traits = person {
        $0.isFemale = seed.isMultiple(of: 2)
        $0.hasDress = seed == 2
        $0.hasLongHair = seed == 4
        $0.hasHat = seed == 3
        $0.hasBackpack = seed == 5
        $0.hasBag = seed == 6
      }
      let plain = Portrait.draw(traits, heading: heading, phase: 1, seed: seed)
      #expect(Portrait.drawWithCues(traits, heading: heading, phase: 1, seed: seed).image == plain)
    }
  }

  @Test func whatLiesAtAJointBearsItsLabel() {
    for seed in UInt64(1)...6 {
      let cues = Portrait.drawWithCues(person(), heading: 0, seed: seed).cues
      #expect(cues.joints.count == 17 && cues.joints.allSatisfy { $0.sight == .seen })
      #expect(cues.label(at: .nose) == "face")
      #expect(cues.label(at: .leftWrist) == "left-arm" && cues.label(at: .rightWrist) == "right-arm", "seed \(seed)")
      #expect(cues.label(at: .leftHip) == "pants" || cues.label(at: .leftHip) == "upper-clothes")
      #expect(["left-shoe", "left-leg", "socks"].contains(cues.label(at: .leftAnkle)), "\(cues.label(at: .leftAnkle))")
      #expect(["right-shoe", "right-leg", "socks"].contains(cues.label(at: .rightAnkle)))
      #expect(cues.label(32, 45) == "upper-clothes")
      #expect(cues.label(2, 2) == "background" && cues.label(61, 120) == "background")
      // Feet and their sides.
      #expect(cues.middle(of: "left-shoe") > 32 && cues.middle(of: "right-shoe") < 32)
      #expect(cues.middle(of: "left-arm") > cues.middle(of: "right-arm") + 8)
    }
  }

  @Test func whatIsWornHasItsClass() {
    let dress = person {
      $0.isFemale = true
      $0.hasDress = true
    }
    let skirt = Portrait.drawWithCues(dress, heading: 0, seed: 1).cues
    #expect(skirt.count("skirt") > 100 && skirt.count("pants") == 0 && skirt.count("dress") == 0)
    var one = dress
    one.lowerColours = one.upperColours
    let whole = Portrait.drawWithCues(one, heading: 0, seed: 1).cues
    #expect(whole.count("dress") > 300 && whole.count("skirt") == 0 && whole.count("upper-clothes") == 0)
    let plain = Portrait.drawWithCues(person(), heading: 0, seed: 1).cues
    #expect(plain.count("hat") == 0 && plain.count("pants") > 100 && plain.count("left-leg") > 10)
    #expect(Portrait.drawWithCues(person { $0.hasHat = true }, heading: 0, seed: 1).cues.count("hat") > 12)
    let long = person {
      $0.isFemale = true
      $0.hasLongHair = true
    }
    let (front, back) = (
      Portrait.drawWithCues(long, heading: 0, seed: 1).cues, Portrait.drawWithCues(long, heading: .pi, seed: 1).cues
    )
    #expect(back.count("hair") > front.count("hair") && back.count("face") * 3 < front.count("face"))
  }

  /// A bag is background to LIP, on the person too.
  @Test func bagsAreBackground() {
    for seed in UInt64(1)...4 {
      let with = Portrait.drawWithCues(person { $0.hasBackpack = true }, heading: .pi, seed: seed).cues
      let without = Portrait.drawWithCues(person(), heading: .pi, seed: seed).cues
      #expect(with.count("upper-clothes") < without.count("upper-clothes") - 150)
      #expect(with.label(32, 45) == "background" && with.sight(.leftShoulder) == .seen)
    }
  }

  /// Somebody who stands still and turns: his shoulders lie on a circle seen from a little above (0.1 radians).
  @Test(arguments: [Float(0.4), 1.1, 2.2, 3.0, 4.5, 5.9])
  func jointsTurnWithTheBody(heading: Float) {
    let front = Portrait.drawWithCues(person(), heading: 0, seed: 3).cues
    let turned = Portrait.drawWithCues(person(), heading: heading, seed: 3).cues
    for (left, right) in [(Datasets.Joint.leftShoulder, Datasets.Joint.rightShoulder), (.leftHip, .rightHip)] {
      let breadth = front.place(left) - front.place(right)
      #expect(breadth.x > 0 && abs(breadth.y) < 0.002, "the left is on the picture's right where he faces us")
      let across = turned.place(left) - turned.place(right)
      #expect(abs(across.x - breadth.x * Double(cos(heading))) < 0.01)
      #expect(abs(across.y + breadth.x * Double(sin(heading)) * sin(0.1)) < 0.01)
    }
    // The skeleton's middle stays where it is, and its measures are those of the body.
    let feet = (turned.place(.leftAnkle).y + turned.place(.rightAnkle).y) / 2
    #expect(
      turned.place(.nose).y < turned.place(.leftShoulder).y && turned.place(.leftHip).y < turned.place(.leftKnee).y)
    #expect(abs(feet - 118.5) < 3, "\(feet)")
  }

  @Test func leftAndRightAreThePersons() {
    let front = Portrait.drawWithCues(person(), heading: 0, phase: 1.5, seed: 2).cues
    let back = Portrait.drawWithCues(person(), heading: .pi, phase: 1.5, seed: 2).cues
    for (left, right) in [
      (Datasets.Joint.leftShoulder, Datasets.Joint.rightShoulder), (.leftHip, .rightHip), (.leftEar, .rightEar),
      (.leftWrist, .rightWrist),
    ] {
      #expect(front.place(left).x > front.place(right).x)
      #expect(back.place(left).x < back.place(right).x)
    }
    #expect(front.middle(of: "left-arm") > front.middle(of: "right-arm"))
    #expect(back.middle(of: "left-arm") < back.middle(of: "right-arm"))
    #expect(back.middle(of: "left-leg") < back.middle(of: "right-leg"))
    #expect(back.middle(of: "left-shoe") < back.middle(of: "right-shoe"))
  }

  @Test func theFarSideOfTheHeadIsHidden() {
    func hidden(_ heading: Float, headTurn: Float = 0) -> [Datasets.Joint] {
      let cues = Portrait.drawWithCues(person(), heading: heading, headTurn: headTurn, seed: 1).cues
      return Datasets.Joint.allCases.filter { cues.sight($0) == .hidden }
    }
    #expect(hidden(0) == [])
    #expect(hidden(.pi) == [.nose, .leftEye, .rightEye])
    // He walks to the picture's right: his left is on the far side.
    #expect(hidden(.pi / 2) == [.leftEar])
    #expect(hidden(-.pi / 2) == [.rightEar])
    #expect(hidden(.pi * 0.75) == [.nose, .leftEye, .rightEye, .leftEar])
    // The head alone turns.
    #expect(hidden(0, headTurn: .pi / 2) == [.leftEar])
  }

  /// Eyes lie where the face has its dark spots.
  @Test func eyesAreWhereTheyAreDrawn() throws {
    for seed in UInt64(1)...4 {
      let (image, cues) = Portrait.drawWithCues(person(), heading: 0, seed: seed)
      func brightness(_ x: Int, _ y: Int) -> Int {
        (0..<3).map { Int(image.pixels[(y * image.width + x) * 3 + $0]) }.reduce(0, +)
      }
      for eye in [Datasets.Joint.leftEye, .rightEye] {
        let place = cues.place(eye)
        let (x, y) = (Int(place.x.rounded()), Int(place.y.rounded()))
        let around = (y - 1...y + 1).map { brightness(x, $0) }.min() ?? 0
        #expect(around < brightness(x, y + 4), "seed \(seed), \(eye)")
      }
    }
  }
}
