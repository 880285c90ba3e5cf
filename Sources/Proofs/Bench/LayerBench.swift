import Foundation
import Layers
import Models
import Tensors

/// Times each convolution of a network in the three passes of training, and as evaluation computes it.
package struct LayerBench {
  /// One kind of layer: all convolutions of the same sizes.
  package struct Row: Codable, Sendable {
    /// The first such layer's name.
    package let name: String
    /// Its sizes.
    package let geometry: String
    /// How it is computed.
    package let form: String
    /// How many layers have these sizes.
    package let count: Int
    /// The passes: forward, gradient by the input, gradient by the weights, and forward as in evaluation.
    package let passes: [Pass]

    /// Milliseconds of all such layers' three passes of a training step.
    package var trainingMilliseconds: Double {
      Double(count) * passes.filter { $0.name != ConvolutionBench.Pass.evaluation.rawValue }.total
    }

    /// Milliseconds of all such layers in evaluation.
    package var evaluationMilliseconds: Double {
      Double(count) * passes.filter { $0.name == ConvolutionBench.Pass.evaluation.rawValue }.total
    }
  }

  /// One pass of a layer.
  package struct Pass: Codable, Sendable {
    /// `forward`, `data_gradient`, `weight_gradient` or `evaluation`.
    package let name: String
    /// Milliseconds of one layer, the best of the repeats.
    package let milliseconds: Double
    /// Billions of multiplications and additions per second, counted as the direct form has them.
    package let gflops: Double
    /// `gflops` in parts of the measured peak of matrix products; above 1 where Winograd saves work.
    package let shareOfPeak: Double

    enum CodingKeys: String, CodingKey {
      case name, milliseconds, gflops
      case shareOfPeak = "share_of_peak"
    }
  }

  /// What a bench measured.
  package struct Result: Codable, Sendable {
    /// What this machine's matrix products reach at best, in GFLOPS on all threads.
    package let peakGflops: Double
    /// The kernel set that OpenBLAS runs.
    package let blasKernels: String
    /// What maps are stored as: `fp32` or `bf16`.
    package let precision: String
    /// Worker threads.
    package let threads: Int
    /// The layers.
    package let layers: [Row]
    /// Milliseconds of all layers' three passes of a training step together.
    package let totalMilliseconds: Double
    /// Milliseconds of all layers together in evaluation, with weights that are prepared already.
    package let evaluationMilliseconds: Double

    enum CodingKeys: String, CodingKey {
      case layers, precision, threads
      case peakGflops = "peak_gflops"
      case blasKernels = "blas_kernels"
      case totalMilliseconds = "total_ms"
      case evaluationMilliseconds = "evaluation_ms"
    }
  }

  private let engine: Engine
  private let precision: Precision
  private let repeats: Int

  /// Prepares a bench of convolutions in a precision.
  package init(in precision: Precision, on engine: Engine, repeats: Int) {
    self.engine = engine
    self.precision = precision
    self.repeats = max(1, repeats)
  }

  /// Times the layers of a network.
  ///
  /// - Parameter report: told how many kinds of layers are done, of how many.
  package func run(_ convolutions: [NamedConvolution], report: (_ done: Int, _ total: Int) -> Void) -> Result {
    let peak = peakGflops()
    var kinds: [(first: NamedConvolution, count: Int)] = []
    for next in convolutions {
      if let index = kinds.firstIndex(where: { $0.first.geometry == next.geometry }) {
        kinds[index].count += 1
      } else {
        kinds.append((next, 1))
      }
    }
    var rows: [Row] = []
    for (index, kind) in kinds.enumerated() {
      rows.append(time(kind.first, count: kind.count, peak: peak))
      report(index + 1, kinds.count)
    }
    return Result(
      peakGflops: peak, blasKernels: MatrixProduct.kernels, precision: precision.rawValue,
      threads: engine.workers.count, layers: rows,
      totalMilliseconds: rows.reduce(0) { $0 + $1.trainingMilliseconds },
      evaluationMilliseconds: rows.reduce(0) { $0 + $1.evaluationMilliseconds })
  }

  private func time(_ layer: NamedConvolution, count: Int, peak: Double) -> Row {
    let geometry = layer.geometry
    let bench = ConvolutionBench(geometry, in: precision, on: engine)
    // The stem's input needs no gradient.
    let passes = ConvolutionBench.Pass.allCases.filter { layer.name != "conv1" || $0 != .dataGradient }
    return Row(
      name: layer.name, geometry: geometry.description,
      form: ComputePolicy.automatic.formName(for: geometry, in: precision), count: count,
      passes: passes.map { pass in
        let seconds = best { bench.run(pass) }
        let gflops = geometry.operations / seconds * 1e-9
        return Pass(name: pass.rawValue, milliseconds: seconds * 1e3, gflops: gflops, shareOfPeak: gflops / peak)
      })
  }

  /// Products of 1,536 cubed on every thread, as large as stay in the cache and hide packing.
  private func peakGflops() -> Double {
    let size = 1536
    let a = engine.filled([size, size], with: 0.5)
    let b = engine.filled([size, size], with: 0.25)
    let results = (0..<engine.workers.count).map { _ in engine.empty([size, size]) }
    let seconds = best {
      engine.parallel(engine.workers.count) { chunk, _ in
        MatrixProduct.multiply(
          rows: size, columns: size, depth: size, .plain(a.pointer, stride: size), .plain(b.pointer, stride: size),
          into: results[chunk].pointer, stride: size)
      }
    }
    return 2 * Double(size * size * size * engine.workers.count) / seconds * 1e-9
  }

  /// Seconds of the fastest of the repeats, after one to warm up.
  private func best(_ body: () -> Void) -> Double {
    body()
    return (0..<repeats).map { _ in
      let start = DispatchTime.now().uptimeNanoseconds
      body()
      return Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
    }.min() ?? .nan
  }
}

extension [LayerBench.Pass] {
  fileprivate var total: Double { reduce(0) { $0 + $1.milliseconds } }
}
