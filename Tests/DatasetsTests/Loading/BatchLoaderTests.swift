import Datasets
import Foundation
import Support
import Tensors
import TestSupport
import Testing

@Suite struct BatchLoaderTests {
  let mean = [0.485, 0.456, 0.406]
  let deviation = [0.229, 0.224, 0.225]

  /// A plan of random images, mirrored at random, batches of random lengths.
  func plan(_ count: Int, batches: Int, seed: UInt64) -> [[LoadItem]] {
    var stream = RandomStream(seed: seed, name: "plan")
    return (0..<batches).map { _ in
      (0..<1 + stream.int(below: 5)).map { _ in LoadItem(index: stream.int(below: count), flip: stream.chance(0.5)) }
    }
  }

  func load(_ loader: BatchLoader, recycling: Bool = true) throws -> [[Float]] {
    var result: [[Float]] = []
    while let batch = try loader.next() {
      result.append(batch.withPixels { Array($0) })
      #expect(result.last?.count == batch.count * batch.size.count)
      if recycling { loader.recycle(batch) }
    }
    return result
  }

  @Test func valuesAreNormalisedPixelsInThePlansOrder() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(6, width: 8, height: 16, to: folder)
    let size = ImageSize(height: 16, width: 8)
    let batches = plan(6, batches: 9, seed: 1)
    let loader = try BatchLoader(images: images, size: size, batches: batches)
    var number = 0
    while let batch = try loader.next() {
      #expect(batch.items == batches[number])
      number += 1
      for (place, item) in batch.items.enumerated() {
        let pixels = try JPEG.decode(Array(Data(contentsOf: images[item.index].file))).image.pixels
        var worst = 0.0
        for y in 0..<16 {
          for x in 0..<8 {
            for channel in 0..<3 {
              let from = (y * 8 + (item.flip ? 7 - x : x)) * 3 + channel
              let expected = (Double(pixels[from]) / 255 - mean[channel]) / deviation[channel]
              let value = Double(batch.pixels[place * size.count + (y * 8 + x) * 3 + channel])
              worst = max(worst, abs(value - expected))
            }
          }
        }
        #expect(worst < 1e-6)
      }
      loader.recycle(batch)
    }
    #expect(number == batches.count)
    #expect(try loader.next() == nil)
    #expect(loader.warnings.isEmpty)
    #expect(loader.secondsWaiting > 0)
  }

  @Test func threadsAndCachesChangeNothing() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(12, width: 20, height: 50, to: folder)
    let size = ImageSize(height: 32, width: 16)
    let batches = plan(12, batches: 40, seed: 2)
    let expected = try load(BatchLoader(images: images, size: size, batches: batches, ahead: 1))
    let cache = DecodedCache()
    let tiny = DecodedCache(limitBytes: 5 * size.count)
    for threads in 1...4 {
      for ahead in [1, 2, 7] {
        for cache in [nil, cache, tiny] {
          for recycling in [true, false] {
            let loader = try BatchLoader(
              images: images, size: size, batches: batches, threads: threads, ahead: ahead, cache: cache)
            #expect(try load(loader, recycling: recycling) == expected)
          }
        }
      }
    }
    #expect(cache.count == 12 && cache.bytes == 12 * size.count)
    #expect(tiny.count == 5 && tiny.bytes == 5 * size.count)
    #expect(tiny.holds(images: 5, of: size) && !tiny.holds(images: 6, of: size))
  }

  @Test func aCacheServesFilesThatAreGoneAndKeepsSizesApart() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(3, width: 8, height: 8, to: folder)
    let cache = DecodedCache()
    let small = ImageSize(height: 4, width: 4)
    let large = ImageSize(height: 8, width: 8)
    let batches = BatchLoader.inOrder(3, batch: 2)
    let first = try load(BatchLoader(images: images, size: small, batches: batches, cache: cache))
    let second = try load(BatchLoader(images: images, size: large, batches: batches, cache: cache))
    #expect(first.map(\.count) == [2 * 48, 48])
    #expect(second.map(\.count) == [2 * 192, 192])
    for image in images { try FileManager.default.removeItem(at: image.file) }
    #expect(try load(BatchLoader(images: images, size: small, batches: batches, cache: cache)) == first)
    #expect(throws: PlainError.self) { try load(BatchLoader(images: images, size: small, batches: batches)) }
  }

  @Test func largeImagesAreShrunkWithoutLosingTheirContent() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(2, width: 400, height: 900, to: folder)
    let size = ImageSize(height: 32, width: 16)
    let values = try load(BatchLoader(images: images, size: size, batches: BatchLoader.inOrder(2, batch: 2)))[0]
    for y in 0..<32 {
      for x in 0..<16 {
        // The slope's value in the middle of the target pixel.
        let red = Double(values[(y * 16 + x) * 3]) * deviation[0] + mean[0]
        let green = Double(values[(y * 16 + x) * 3 + 1]) * deviation[1] + mean[1]
        #expect(abs(red - (Double(x) + 0.5) / 16) < 0.025)
        #expect(abs(green - (Double(y) + 0.5) / 32) < 0.025)
      }
    }
  }

  @Test func inOrderCoversEverythingOnce() {
    for count in 0...9 {
      for batch in 1...4 {
        let plan = BatchLoader.inOrder(count, batch: batch)
        #expect(plan.flatMap { $0 } == (0..<count).map { LoadItem(index: $0, flip: false) })
        #expect(plan.dropLast().allSatisfy { $0.count == batch })
        #expect(plan.allSatisfy { !$0.isEmpty })
      }
    }
  }

  @Test func wrongPlansAreErrors() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(2, width: 8, height: 8, to: folder)
    let size = ImageSize(height: 8, width: 8)
    for index in [-1, 2] {
      let error = #expect(throws: PlainError.self) {
        try BatchLoader(images: images, size: size, batches: [[], [LoadItem(index: index)]])
      }
      #expect(error?.description == "batch 1 asks for image \(index) of a list of 2")
    }
    for wrong in [
      ImageSize(height: 0, width: 8), ImageSize(height: 8, width: 1 << 40), ImageSize(height: -1, width: 1),
    ] {
      #expect(throws: PlainError.self) { try BatchLoader(images: images, size: wrong, batches: []) }
    }
    #expect(throws: PlainError.self) { try BatchLoader(images: images, size: size, batches: [], threads: 0) }
    #expect(throws: PlainError.self) { try BatchLoader(images: images, size: size, batches: [], ahead: 0) }
    #expect(try BatchLoader(images: images, size: size, batches: []).next() == nil)
    #expect(try BatchLoader(images: images, size: size, batches: [[]]).next()?.count == 0)
  }

  @Test func lettingGoInTheMiddleStopsTheThreads() throws {
    let folder = try TemporaryFolder()
    let images = try Pictures.write(4, width: 64, height: 128, to: folder)
    let size = ImageSize(height: 128, width: 64)
    for round in 0..<30 {
      let loader = try BatchLoader(
        images: images, size: size, batches: plan(4, batches: 50, seed: UInt64(round)), threads: 1 + round % 4,
        ahead: 1 + round % 5)
      for _ in 0..<round % 3 { _ = try loader.next() }
      if round.isMultiple(of: 2) {
        loader.cancel()
        #expect(try loader.next() == nil)
      }
    }
  }
}
