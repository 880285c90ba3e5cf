import Datasets
import Support
import Tensors

/// A dataset divided for validation: what is trained on, and the people who are held out.
struct HeldOut {
  /// The dataset without them; its test set is the dataset's own.
  let training: Dataset
  /// Theirs alone: a query for each person and camera, of those who passed several cameras, in a gallery of all images.
  let validation: Dataset
  /// The place of each query in the gallery.
  let queryPlaces: [Int]

  /// Draws who is held out. The bytes of the dataset decide it and no run's seed.
  ///
  /// - Throws: `PlainError` where too few identities would be left on a side, or none of those who are held out passed two
  ///   cameras.
  init(_ share: Double, of dataset: Dataset, fingerprint: String) throws(PlainError) {
    let all = dataset.trainIdentities
    let count = max(2, Int((share * Double(all.count)).rounded()))
    guard all.count - count >= 2 else {
      throw PlainError(
        "of the \(all.count) training identities of \(dataset.name) \(count) would be held out; at least two are needed on "
          + "either side")
    }
    let seed = SHA256.digest(fingerprint.utf8).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var people = RandomStream(seed: seed, name: "validation/identities")
    let held = Set(people.permutation(all.count).prefix(count).map { all[$0] })
    var shots = RandomStream(seed: seed, name: "validation/queries")
    var queries: [Int] = []
    let images = dataset.train.indices.filter { held.contains(dataset.train[$0].identity) }
    for (_, own) in Dictionary(grouping: images, by: { dataset.train[$0].identity }).sorted(by: { $0.key < $1.key }) {
      let cameras = Dictionary(grouping: own) { dataset.train[$0].camera }.sorted { $0.key < $1.key }
      guard cameras.count > 1 else { continue }
      queries += cameras.map { _, shown in shown[shots.int(below: shown.count)] }
    }
    guard !queries.isEmpty else {
      throw PlainError("none of the \(count) identities of \(dataset.name) that would be held out passed two cameras")
    }
    training = dataset.withholding(held)
    validation = dataset.retrieving(queries, among: held)
    let places = Dictionary(uniqueKeysWithValues: zip(images, 0...))
    queryPlaces = queries.compactMap { places[$0] }
  }
}
