import ArgumentParser
import Experiments
import Foundation
import Proofs
import Tensors

extension BenchCommand {
  /// `aanet bench layers`: where a network's time goes.
  struct Layers: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Time each convolution of a network: forward, data gradient and weight gradient.",
      discussion: """
        GFLOPS count the direct form's operations, so that Winograd layers can be above the machine's peak. The peak is
        what OpenBLAS reaches here on large square products in fp32.

        Examples:
          aanet bench layers --model aanet50 --batch 16
          aanet bench layers --precision bf16
          aanet bench layers --model quickstart --format json
        """)

    @OptionGroup var options: Options

    func run() throws {
      let model = try options.resolved()
      let engine = Engine(threads: options.threads ?? Engine.availableThreads)
      Console.warnOfNarrowKernels()
      let convolutions = model.settings.backbone.convolutions(
        batch: model.phase.batch, height: model.settings.input.height, width: model.settings.input.width)
      let bar = ProgressBar("layers", unit: "kinds")
      let result = LayerBench(in: model.settings.train.precision, on: engine, repeats: options.repeats).run(
        convolutions
      ) { bar.update($0, of: $1) }
      bar.finish()
      switch options.format {
      case .json: try Console.printJSON(result)
      case .table: printTable(result, of: model.name)
      }
    }

    private func printTable(_ result: LayerBench.Result, of model: String) {
      print(
        "\(model), \(result.precision), \(result.threads) threads, OpenBLAS kernels \(result.blasKernels), "
          + String(format: "peak %.0f GFLOPS", result.peakGflops))
      print(
        "layer".padded(to: 24) + "sizes".padded(to: 34) + "form".padded(to: 12) + "n".aligned(to: 3)
          + "forward".aligned(to: 16) + "data".aligned(to: 16) + "weights".aligned(to: 16)
          + "evaluation".aligned(to: 16)
          + "share".aligned(to: 8))
      for row in result.layers {
        var line = row.name.padded(to: 24) + row.geometry.padded(to: 34) + row.form.padded(to: 12)
        line += "\(row.count)".aligned(to: 3)
        let passes = Dictionary(uniqueKeysWithValues: row.passes.map { ($0.name, $0) })
        for name in ["forward", "data_gradient", "weight_gradient", "evaluation"] {
          let text = passes[name].map { String(format: "%.2f ms %4.0f G", $0.milliseconds, $0.gflops) } ?? "–"
          line += text.aligned(to: 16)
        }
        line += String(format: "%.1f %%", row.trainingMilliseconds / result.totalMilliseconds * 100).aligned(to: 8)
        print(line)
      }
      print(
        String(
          format: "all convolutions, a batch: the three passes of training %.1f ms, evaluation %.1f ms",
          result.totalMilliseconds, result.evaluationMilliseconds))
    }
  }
}
