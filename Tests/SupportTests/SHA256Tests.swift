import Support
import Testing

/// Against FIPS 180-4's own examples and `sha256sum`.
@Suite struct SHA256Tests {
  @Test func publishedDigests() {
    #expect(
      SHA256.hexadecimal("".utf8) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexadecimal("abc".utf8) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      SHA256.hexadecimal("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8)
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
    #expect(
      SHA256.hexadecimal(repeatElement(UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Every length around a block's end, as one digest over their digests.
  @Test func lengthsAroundABlock() {
    let all = (0...130).map { SHA256.hexadecimal(repeatElement(UInt8(ascii: "x"), count: $0)) }.joined()
    #expect(SHA256.hexadecimal(all.utf8) == "87aca1c44bc7ba8897768170211f0a02063de70801131ff86c7edb9ce32c6a50")
  }
}
