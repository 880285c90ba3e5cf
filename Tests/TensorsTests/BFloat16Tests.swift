import Tensors
import TestSupport
import Testing

/// Rounding to bfloat16, one by one and sixteen at a time.
@Suite struct BFloat16Tests {
  /// The nearest of the two neighbours that the bits above the cut leave, by their distances in double precision.
  private static func nearest(_ single: Float) -> Float {
    let lower = Float(bitPattern: single.bitPattern & 0xffff_0000)
    let upper = Float(bitPattern: lower.bitPattern &+ 0x1_0000)
    // The step beyond the largest number counts as one of the same size as the step before it.
    let reach = upper.isInfinite ? Double(lower) - Double(Float(bitPattern: lower.bitPattern - 0x1_0000)) : 0
    let (down, up) = (
      abs(Double(single) - Double(lower)),
      abs((upper.isInfinite ? Double(lower) + reach : Double(upper)) - Double(single))
    )
    if down == up { return lower.bitPattern >> 16 & 1 == 0 ? lower : upper }
    return down < up ? lower : upper
  }

  private static let numbers: [Float] = {
    var numbers: [Float] = [
      0, -0, 1, -1, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
      .leastNormalMagnitude, 1.0 + 1 / 256, 1.0 + 3 / 256, -1.0 - 1 / 256, 3.3895314e38, 3.3961775e38,
    ]
    var stream = RandomStream(seed: 1, name: "bfloat16")
    while numbers.count < 40_000 {
      let upper = UInt32(stream.int(below: 1 << 16)) << 16
      // Ties and their neighbours are as likely as all else.
      let lower = [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff, UInt32(stream.int(below: 1 << 16))][stream.int(below: 7)]
      let number = Float(bitPattern: upper | lower)
      if number.isNormal { numbers.append(number) }
    }
    return numbers
  }()

  @Test func theNearestIsTaken() {
    for number in Self.numbers where number.isFinite && number != 0 {
      let (rounded, expected) = (BFloat16(rounding: number).single, Self.nearest(number))
      #expect(rounded.bitPattern == expected.bitPattern, "\(number) became \(rounded), not \(expected)")
    }
    for number: Float in [0, -0, .infinity, -.infinity] {
      #expect(BFloat16(rounding: number).single.bitPattern == number.bitPattern)
    }
    #expect(BFloat16(rounding: .greatestFiniteMagnitude).single == .infinity)
  }

  @Test func aNaNStaysOne() {
    for bits: UInt32 in [0x7f80_0001, 0x7fff_ffff, 0xff80_0001, 0xffff_ffff, 0x7fc0_0000, 0x7f80_8000] {
      #expect(BFloat16(rounding: Float(bitPattern: bits)).single.isNaN)
    }
  }

  @Test func vectorsRoundAsNumbersDo() {
    let numbers = Self.numbers + [.nan, -.nan, Float(bitPattern: 0x7f80_0001)]
    let engine = Engine(threads: 1)
    let rounded = engine.empty([numbers.count], as: .bfloat16)
    let memory = rounded.numbers(BFloat16.self)
    let source = engine.tensor(numbers, shape: [numbers.count]).pointer
    for i in stride(from: 0, through: numbers.count - 16, by: 3) { memory.store(source.vector(i), i) }
    let stored = rounded.array
    for i in 0..<numbers.count / 16 * 16 - 32 {
      let expected = BFloat16(rounding: numbers[i]).single
      #expect(stored[i].bitPattern == expected.bitPattern)
    }
    for i in stride(from: 0, to: numbers.count / 16 * 16 - 32, by: 16) {
      let vector = UnsafePointer(memory).vector(i)
      for lane in 0..<16 { #expect(vector[lane].bitPattern == stored[i + lane].bitPattern) }
    }
  }

  @Test func tensorsTakeHalfTheMemory() {
    let engine = Engine(threads: 1)
    let before = engine.memory.reserved
    let map = engine.empty([1 << 20], as: .bfloat16)
    #expect(engine.memory.reserved - before < 3 << 20 && map.count == 1 << 20)
    let numbers = map.numbers(BFloat16.self)
    for i in 0..<map.count { numbers[i] = BFloat16(rounding: Float(i)) }
    #expect(map.isFinite && map.view([2], offset: 64).array == [64, 65])
    numbers[map.count - 1] = BFloat16(rounding: .infinity)
    #expect(!map.isFinite)
    numbers[map.count - 1] = BFloat16(rounding: .nan)
    #expect(!map.isFinite)
  }
}
