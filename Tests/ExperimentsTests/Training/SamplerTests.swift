import Experiments
import Testing

/// Batches of identities.
@Suite struct SamplerTests {
  /// Ten identities of class 0 … 9; class c has 2 + c images.
  private let classes = (0..<10).flatMap { c in Array(repeating: c, count: 2 + c) }
  private let batches = Settings.Train.IdentityBatches(count: 4, images: 3)

  private func epoch(_ epoch: Int = 0, seed: Int = 1) -> [[Int]] {
    batches.epoch(classes: classes, seed: seed, epoch: epoch)
  }

  @Test func everyBatchHasItsIdentitiesAndTheirImages() {
    for number in 0..<20 {
      let epoch = epoch(number)
      #expect(epoch.count == classes.count / 12)
      for batch in epoch {
        #expect(batch.count == 12)
        let byClass = Dictionary(grouping: batch, by: { classes[$0] })
        #expect(byClass.count == 4 && byClass.values.allSatisfy { $0.count == 3 })
        for (identity, images) in byClass {
          // Class 0 has two images alone: both, and one of them again.
          #expect(Set(images).count == min(3, 2 + identity), "identity \(identity)")
        }
        // Images of one identity stand side by side.
        #expect(stride(from: 0, to: 12, by: 3).allSatisfy { Set(batch[$0..<$0 + 3].map { classes[$0] }).count == 1 })
      }
    }
  }

  @Test func everyIdentityHasItsTurn() {
    // Five batches of four: ten identities twice each.
    let counts = Dictionary(grouping: epoch().prefix(5).flatMap { $0 }, by: { classes[$0] }).mapValues(\.count)
    #expect(counts.count == 10 && counts.values.allSatisfy { $0 == 6 })
  }

  @Test func imagesOfAnIdentityComeEquallyOften() {
    let classes = (0..<4).flatMap { Array(repeating: $0, count: 5) }
    let all = Settings.Train.IdentityBatches(count: 4, images: 2)
    // Each identity's ten turns over five epochs' two batches each show two of its five images.
    let shown = all.epoch(classes: classes + classes + classes, seed: 3, epoch: 0).flatMap { $0 }
    let counts = Dictionary(grouping: shown, by: { $0 }).mapValues(\.count)
    let most = counts.values.max() ?? 0
    #expect(most <= 2 && shown.count == 56)
  }

  @Test func theSeedAndTheEpochAloneDecide() {
    #expect(epoch() == epoch())
    #expect(epoch(1) != epoch() && epoch(seed: 2) != epoch())
  }

  @Test func tooFewIdentitiesMakeNoBatch() {
    #expect(batches.epoch(classes: [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, 2], seed: 1, epoch: 0).isEmpty)
  }
}

/// Batches of groups.
@Suite struct ImageGroupsTests {
  /// Nine identities of four images on two cameras, one identity of two images on one camera, one of a single image.
  private let classes = (0..<36).map { $0 / 4 } + [9, 9, 10]
  private let cameras = (0..<36).map { 1 + $0 % 2 } + [1, 1, 1]

  private func epoch(_ images: Int, batch: Int, _ epoch: Int = 0, seed: Int = 1) -> [[Int]] {
    Settings.Train.ImageGroups(images: images)
      .epoch(classes: classes, cameras: cameras, batch: batch, seed: seed, epoch: epoch)
  }

  @Test(arguments: [2, 3, 4]) func aGroupIsAnAnchorAndItsIdentityElsewhere(_ images: Int) {
    for number in 0..<30 {
      let epoch = epoch(images, batch: 12, number)
      #expect(epoch.count == classes.count / 12)
      var anchors: [Int] = []
      for group in epoch.flatMap({ batch in stride(from: 0, to: 12, by: images).map { batch[$0..<$0 + images] } }) {
        guard let anchor = group.first else { continue }
        anchors.append(anchor)
        let others = group.dropFirst()
        #expect(group.allSatisfy { classes[$0] == classes[anchor] })
        switch classes[anchor] {
        case 10: #expect(others.allSatisfy { $0 == anchor }, "a single image repeats itself")
        case 9: #expect(others.allSatisfy { $0 != anchor }, "one camera gives its other image")
        default:
          #expect(others.allSatisfy { cameras[$0] != cameras[anchor] })
          // Two images are on the other camera: enough for two others, not for three.
          #expect(images > 3 || Set(others).count == others.count)
        }
      }
      #expect(Set(anchors).count == anchors.count)
    }
  }

  @Test func theSeedAndTheEpochAloneDecide() {
    #expect(epoch(4, batch: 8) == epoch(4, batch: 8))
    #expect(epoch(4, batch: 8, 1) != epoch(4, batch: 8) && epoch(4, batch: 8, seed: 2) != epoch(4, batch: 8))
  }
}
