import Layers
import Tensors
import Testing

/// Which form is used for which layer.
struct ConvolutionFormTests {
  /// A layer of a ResNet at 384×128 with batch 32.
  struct Layer: CustomTestStringConvertible, Sendable {
    let name: String
    let map: (Int, Int)
    let channels, filters, kernel, stride: Int
    let form: ConvolutionForm

    init(
      _ name: String, map: (Int, Int), _ channels: Int, _ filters: Int, kernel: Int, stride: Int = 1,
      _ form: ConvolutionForm
    ) {
      self.name = name
      self.map = map
      self.channels = channels
      self.filters = filters
      self.kernel = kernel
      self.stride = stride
      self.form = form
    }

    var testDescription: String { name }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        batch: 32, height: map.0, width: map.1, channels: channels, filters: filters, kernelHeight: kernel,
        kernelWidth: kernel, stride: stride, padding: kernel / 2)
    }
  }

  @Test(arguments: [
    Layer("the stem", map: (384, 128), 3, 64, kernel: 7, stride: 2, .patches),
    Layer("ResNet-50 layer1.0.conv1", map: (96, 32), 64, 64, kernel: 1, .direct),
    Layer("ResNet-50 layer1.0.conv2", map: (96, 32), 64, 64, kernel: 3, .winograd),
    Layer("ResNet-50 layer2.0.conv2", map: (96, 32), 128, 128, kernel: 3, stride: 2, .patches),
    Layer("ResNet-50 layer2.0.downsample.0", map: (96, 32), 256, 512, kernel: 1, stride: 2, .patches),
    Layer("ResNet-50 layer3.1.conv2", map: (24, 8), 256, 256, kernel: 3, .winograd),
    Layer("ResNet-50 layer4.0.downsample.0 of last stride 1", map: (24, 8), 1024, 2048, kernel: 1, .direct),
    Layer("ResNet-50 layer4.1.conv2 of last stride 2", map: (12, 4), 512, 512, kernel: 3, .winograd),
    Layer("ResNet-18 layer4.1.conv2 of an image of 64×64", map: (2, 2), 512, 512, kernel: 3, .patches),
    Layer("a map of 5×3, whose tiles would be half empty", map: (5, 3), 512, 512, kernel: 3, .patches),
    Layer("a map of 4×2, whose tiles are half full", map: (4, 2), 512, 512, kernel: 3, .winograd),
    Layer("so little work that it is summed in double precision", map: (4, 2), 16, 16, kernel: 3, .patches),
    Layer("a narrow network of width 8", map: (96, 32), 8, 8, kernel: 3, .patches),
    Layer("channels that fill vectors into filters that do not", map: (48, 16), 16, 24, kernel: 3, .patches),
  ])
  func choice(_ layer: Layer) {
    #expect(ConvolutionForm.choose(for: layer.geometry) == layer.form)
  }

  /// A layer in bfloat16, of a ResNet at 384×128 with batch 16: Winograd's form multiplies at half the speed of pairs.
  @Test("beside products of pairs, Winograd needs tiles that are nearly full, and some of them")
  func choiceInBFloat16() {
    func form(
      _ map: (Int, Int), _ channels: Int, kernel: Int = 3, stride: Int = 1, batch: Int = 16, _ rounded: RoundedForm
    ) -> String {
      let geometry = ConvolutionGeometry(
        batch: batch, height: map.0, width: map.1, channels: channels, filters: channels, kernelHeight: kernel,
        kernelWidth: kernel, stride: stride, padding: kernel / 2)
      return ComputePolicy(rounded: rounded).formName(for: geometry, in: .bfloat16)
    }
    for map in [(96, 32), (48, 16), (24, 8), (12, 4)] {
      #expect(form(map, 128, .pairs) == "winograd" && form(map, 128, .widened) == "winograd")
    }
    #expect(
      form((24, 8), 64, kernel: 1, .pairs) == "avx512_bf16" && form((24, 8), 64, kernel: 1, .widened) == "portable")
    #expect(form((24, 8), 64, stride: 2, .pairs) == "avx512_bf16")
    #expect(form((12, 4), 512, batch: 8, .pairs) == "avx512_bf16", "24 tiles do not repay the filters' transforms")
    #expect(form((12, 4), 512, batch: 8, .widened) == "winograd")
    #expect(form((21, 7), 64, .pairs) == "winograd" && form((21, 5), 64, .pairs) == "avx512_bf16")
    #expect(
      ComputePolicy.automatic.formName(
        for: ConvolutionGeometry(
          batch: 16, height: 24, width: 8, channels: 64, filters: 64, kernelHeight: 3, kernelWidth: 3, padding: 1),
        in: .single) == "winograd")
  }

  @Test("what each form can compute")
  func support() {
    func forms(_ kernel: (Int, Int), stride: Int, padding: Int, channels: Int = 16) -> [ConvolutionForm] {
      let geometry = ConvolutionGeometry(
        batch: 1, height: 8, width: 8, channels: channels, filters: 16, kernelHeight: kernel.0,
        kernelWidth: kernel.1, stride: stride, padding: padding)
      return ConvolutionForm.allCases.filter { $0.supports(geometry) }
    }
    #expect(forms((1, 1), stride: 1, padding: 0) == [.direct, .patches])
    #expect(forms((1, 1), stride: 2, padding: 0) == [.patches])
    #expect(forms((1, 1), stride: 1, padding: 1) == [.patches])
    #expect(forms((3, 3), stride: 1, padding: 1) == [.patches, .winograd])
    #expect(forms((3, 3), stride: 1, padding: 0) == [.patches])
    #expect(forms((3, 3), stride: 2, padding: 1) == [.patches])
    #expect(forms((3, 3), stride: 1, padding: 1, channels: 24) == [.patches])
    #expect(forms((1, 3), stride: 1, padding: 1) == [.patches])
  }

  @Test("a policy's form is taken where it can be, and double precision leaves Winograd out")
  func policy() {
    func result(_ policy: ComputePolicy, channels: Int = 16) -> [Float] {
      let geometry = ConvolutionGeometry(
        batch: 1, height: 8, width: 8, channels: channels, filters: 16, kernelHeight: 3, kernelWidth: 3, padding: 1)
      return ConvolutionCase(geometry).run(policy, on: Engine(threads: 1)).outputs[0]
    }
    let (patches, winograd) = (
      result(.init(form: .patches, accumulation: .single)), result(.init(form: .winograd, accumulation: .single))
    )
    #expect(patches != winograd, "rounding tells the forms apart")
    #expect(result(.init(form: .winograd)) == winograd)
    #expect(result(.init(form: .direct, accumulation: .single)) != winograd, "a 3×3 kernel has no direct form")
    let double = result(.init(form: .patches, accumulation: .double))
    #expect(result(.init(accumulation: .double)) == double)
    #expect(result(.automatic) == double, "so small a product is summed in double")
    #expect(
      result(.init(form: .winograd, accumulation: .single), channels: 8)
        == result(.init(form: .patches, accumulation: .single), channels: 8), "eight channels have no Winograd form")
  }

  @Test("what is summed in double precision")
  func accumulation() {
    #expect(Accumulation.suiting(multiplications: 0) == .double)
    #expect(Accumulation.suiting(multiplications: Accumulation.mostInDouble) == .double)
    #expect(Accumulation.suiting(multiplications: Accumulation.mostInDouble + 1) == .single)
  }

  @Test("a geometry says what it is")
  func description() {
    let geometry = ConvolutionGeometry(
      batch: 16, height: 96, width: 32, channels: 64, filters: 128, kernelHeight: 3, kernelWidth: 3, stride: 2,
      padding: 1)
    #expect(geometry.description == "64→128 3×3/2 on 96×32×16")
    #expect(geometry.outputShape == [16, 48, 16, 128])
    #expect(geometry.operations == 2 * 16 * 48 * 16 * 128 * 576)
  }
}
