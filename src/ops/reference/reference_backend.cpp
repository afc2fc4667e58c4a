// Every operator as its definition reads, in double precision. It is slow on purpose: the fast backends are measured
// against it. It also proves that models run on any device that implements the Backend interface.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "ops/backend.h"
#include "ops/nearest_source.h"

namespace redraw {
namespace {

double activated(double x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::gelu:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
    case Activation::quick_gelu:
      return x / (1 + std::exp(-1.702 * x));
    case Activation::relu:
      return x < 0 ? 0 : x;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

class PlainWeights final : public PackedWeights {
 public:
  PlainWeights(const Weight& weight, const Weight& bias) : weight(weight.load()), bias(bias ? bias.load() : Tensor()) {}
  Tensor weight;
  Tensor bias;
};

class ReferenceBackend final : public Backend {
 public:
  using Backend::Backend;

  std::string_view name() const override { return "reference"; }

  std::unique_ptr<PackedWeights> pack_conv2d(const Conv2dSpec&, Weight weight, Weight bias) override {
    return std::make_unique<PlainWeights>(weight, bias);
  }

  std::unique_ptr<PackedWeights> pack_linear(const LinearSpec&, Weight weight, Weight bias) override {
    return std::make_unique<PlainWeights>(weight, bias);
  }

  void conv2d(const Conv2dSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) override {
    const auto& layer = static_cast<const PlainWeights&>(weights);
    const int64_t kernel = spec.kernel;
    for (int64_t n = 0; n < out.dim(0); ++n) {
      for (int64_t row = 0; row < out.dim(1); ++row) {
        for (int64_t column = 0; column < out.dim(2); ++column) {
          for (int64_t o = 0; o < spec.out_channels; ++o) {
            double sum = layer.bias ? layer.bias.data()[o] : 0.0;
            for (int64_t i = 0; i < kernel * kernel; ++i) {
              const int64_t y = row * spec.stride - spec.pad_before + i / kernel;
              const int64_t z = column * spec.stride - spec.pad_before + i % kernel;
              if (y < 0 || z < 0 || y >= x.dim(1) || z >= x.dim(2)) continue;
              const float* pixel = x.data() + ((n * x.dim(1) + y) * x.dim(2) + z) * spec.in_channels;
              for (int64_t c = 0; c < spec.in_channels; ++c) {
                const int64_t at = (o * spec.in_channels + c) * kernel * kernel + i;
                sum += static_cast<double>(pixel[c]) * static_cast<double>(layer.weight.data()[at]);
              }
            }
            put(out, ((n * out.dim(1) + row) * out.dim(2) + column) * spec.out_channels + o, sum, accumulate);
          }
        }
      }
    }
  }

  void linear(const LinearSpec& spec, PackedWeights& weights, const Tensor& x, bool accumulate, Tensor& out) override {
    const auto& layer = static_cast<const PlainWeights&>(weights);
    const int64_t rows = x.elements() / spec.in_features;
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t o = 0; o < spec.out_features; ++o) {
        double sum = layer.bias ? layer.bias.data()[o] : 0.0;
        for (int64_t i = 0; i < spec.in_features; ++i) {
          sum += static_cast<double>(x.data()[row * spec.in_features + i]) *
                 static_cast<double>(layer.weight.data()[o * spec.in_features + i]);
        }
        put(out, row * spec.out_features + o, sum, accumulate);
      }
    }
  }

  void geglu(const Tensor& x, Tensor& out) override {
    const int64_t width = out.shape().back();
    for (int64_t i = 0; i < out.elements(); ++i) {
      const float* row = x.data() + i / width * 2 * width + i % width;
      put(out, i, static_cast<double>(row[0]) * activated(static_cast<double>(row[width]), Activation::gelu));
    }
  }

  void group_norm(const GroupNormArgs& args, Tensor& out) override {
    const int64_t channels = args.x.shape().back();
    const int64_t batch = args.x.dim(0);
    const int64_t positions = args.x.elements() / (batch * channels);
    const int64_t width = channels / args.groups;
    for (int64_t n = 0; n < batch; ++n) {
      const auto value = [&](int64_t p, int64_t c) {
        const double x = static_cast<double>(args.x.data()[(n * positions + p) * channels + c]);
        if (args.shift == nullptr) return x;
        return x + static_cast<double>(args.shift->data()[(args.shift->dim(0) > 1 ? n : 0) * channels + c]);
      };
      for (int64_t g = 0; g < args.groups; ++g) {
        double sum = 0, squares = 0;
        const double count = static_cast<double>(positions * width);
        for (int64_t i = 0; i < positions * width; ++i) sum += value(i / width, g * width + i % width);
        const double mean = sum / count;
        for (int64_t i = 0; i < positions * width; ++i) {
          const double d = value(i / width, g * width + i % width) - mean;
          squares += d * d;
        }
        const double inverse = 1 / std::sqrt(squares / count + static_cast<double>(args.epsilon));
        for (int64_t i = 0; i < positions * width; ++i) {
          const int64_t c = g * width + i % width;
          const double y = (value(i / width, c) - mean) * inverse * static_cast<double>(args.weight.data()[c]) +
                           static_cast<double>(args.bias.data()[c]);
          put(out, (n * positions + i / width) * channels + c, activated(y, args.activation));
        }
      }
    }
  }

  void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, float epsilon, Tensor& out) override {
    const int64_t channels = weight.elements();
    for (int64_t row = 0; row < x.elements() / channels; ++row) {
      const float* from = x.data() + row * channels;
      double mean = 0, variance = 0;
      for (int64_t c = 0; c < channels; ++c) mean += static_cast<double>(from[c]) / static_cast<double>(channels);
      for (int64_t c = 0; c < channels; ++c) {
        const double d = static_cast<double>(from[c]) - mean;
        variance += d * d / static_cast<double>(channels);
      }
      for (int64_t c = 0; c < channels; ++c) {
        const double y = (static_cast<double>(from[c]) - mean) / std::sqrt(variance + static_cast<double>(epsilon));
        put(out, row * channels + c, y * static_cast<double>(weight.data()[c]) + static_cast<double>(bias.data()[c]));
      }
    }
  }

  void softmax(const Tensor& x, Tensor& out) override {
    const int64_t width = x.shape().back();
    std::vector<double> row(static_cast<size_t>(width));
    for (int64_t first = 0; first < x.elements(); first += width) {
      std::copy_n(x.data() + first, width, row.begin());
      normalise(row);
      for (int64_t i = 0; i < width; ++i) put(out, first + i, row[static_cast<size_t>(i)]);
    }
  }

  void activate(const Tensor& x, Activation activation, Tensor& out) override {
    for (int64_t i = 0; i < x.elements(); ++i) {
      put(out, i, activated(static_cast<double>(x.data()[i]), activation));
    }
  }

  void attention(const AttentionArgs& args, Tensor& out) override {
    const int64_t width = args.q.dim(2) / args.heads;
    const int64_t stride = args.q.dim(2);
    const int64_t queries = args.q.dim(1);
    for (int64_t i = 0; i < args.q.dim(0) * args.heads * queries; ++i) {
      const int64_t n = i / (args.heads * queries);
      const int64_t head = i / queries % args.heads;
      const int64_t query = i % queries;
      const int64_t seen = args.is_causal ? query + 1 : args.k.dim(1);
      const float* q = args.q.data() + (n * queries + query) * stride + head * width;
      const float* k = args.k.data() + n * args.k.dim(1) * stride + head * width;
      const float* v = args.v.data() + n * args.k.dim(1) * stride + head * width;
      std::vector<double> scores(static_cast<size_t>(seen));
      for (int64_t t = 0; t < seen; ++t) {
        double sum = 0;
        for (int64_t d = 0; d < width; ++d) {
          sum += static_cast<double>(q[d]) * static_cast<double>(k[t * stride + d]);
        }
        scores[static_cast<size_t>(t)] = sum * static_cast<double>(args.scale);
      }
      normalise(scores);
      for (int64_t d = 0; d < width; ++d) {
        double sum = 0;
        for (int64_t t = 0; t < seen; ++t) {
          sum += scores[static_cast<size_t>(t)] * static_cast<double>(v[t * stride + d]);
        }
        put(out, (n * queries + query) * stride + head * width + d, sum);
      }
    }
  }

  void upsample_nearest(const Tensor& x, Tensor& out) override {
    const int64_t height = out.dim(1), width = out.dim(2), channels = out.dim(3);
    for (int64_t i = 0; i < out.elements(); ++i) {
      const int64_t c = i % channels, column = i / channels % width, row = i / (channels * width) % height;
      const int64_t n = i / (channels * width * height);
      const int64_t y = nearest_source(row, x.dim(1), height), z = nearest_source(column, x.dim(2), width);
      out.data()[i] = x.data()[((n * x.dim(1) + y) * x.dim(2) + z) * channels + c];
    }
  }

  void concat_channels(const Tensor& a, const Tensor& b, Tensor& out) override {
    const int64_t in_a = a.shape().back(), in_b = b.shape().back(), in = in_a + in_b;
    for (int64_t i = 0; i < out.elements(); ++i) {
      const int64_t row = i / in, c = i % in;
      out.data()[i] = c < in_a ? a.data()[row * in_a + c] : b.data()[row * in_b + c - in_a];
    }
  }

 private:
  static void put(Tensor& out, int64_t at, double value, bool accumulate = false) {
    out.data()[at] = static_cast<float>(value + (accumulate ? static_cast<double>(out.data()[at]) : 0.0));
  }

  static void normalise(std::vector<double>& row) {
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double& x : row) sum += x = std::exp(x - largest);
    for (double& x : row) x /= sum;
  }
};

}  // namespace

std::unique_ptr<Backend> make_reference_backend(const Context& context) {
  return std::make_unique<ReferenceBackend>(context);
}

}  // namespace redraw
