#include "checkpoint/part_source.h"

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/listed.h"
#include "checkpoint/weight_in_file.h"
#include "weights/widen.h"

namespace redraw {
namespace {

constexpr std::string_view kTextRoot = "text_model.";

// A 1x1 convolution and a linear layer are the same numbers.
bool is_same_matrix(const Shape& a, const Shape& b) {
  if (a == b) return true;
  const auto matrix = [](const Shape& shape) {
    const bool is_pointwise = shape.rank() == 4 && shape[2] == 1 && shape[3] == 1;
    return is_pointwise ? Shape{shape[0], shape[1]} : shape;
  };
  return matrix(a) == matrix(b);
}

const Shape& stored_shape(const PartSource& source, const KeyRow& row) {
  return source.layout == Layout::ldm ? row.ldm_shape : row.shape;
}

std::string stored_name(const PartSource& source, const KeyRow& row) {
  return source.prefix + (source.layout == Layout::ldm ? row.ldm_name : row.name);
}

// Stored [a, b], wanted [b, a]. The few matrices of which this is true are small: each is read whole.
Weight transposed(const std::shared_ptr<const WeightsFile>& file, const TensorEntry* entry, const KeyRow& row) {
  return {.name = entry->name, .shape = row.shape, .read = [file, entry](int64_t first, std::span<float> out) {
            const int64_t rows = entry->shape[0];
            const int64_t columns = entry->shape[1];
            std::vector<float> stored(static_cast<size_t>(entry->shape.elements()));
            file->read_f32(*entry, 0, stored);
            for (size_t i = 0; i < out.size(); ++i) {
              const int64_t at = first + static_cast<int64_t>(i);
              out[i] = stored[static_cast<size_t>(at % rows * columns + at / rows)];
            }
          }};
}

Weight weight_of(const PartSource& source, const KeyRow& row) {
  const TensorEntry* entry = source.find(row);
  if (entry == nullptr) return {};
  const auto& file = source.file;
  const KeyChange change = source.layout == Layout::ldm ? row.change : KeyChange::none;
  if (change == KeyChange::transpose) return transposed(file, entry, row);
  // One of three matrices that are stored as one: a run of its numbers.
  const int64_t first = change == KeyChange::third ? row.third * row.shape.elements() : 0;
  return weight_in_file(file, *entry, entry->name, row.shape, first);
}

}  // namespace

std::string_view name_of(Layout layout) {
  return layout == Layout::ldm ? "single file" : "diffusers";
}

const TensorEntry* PartSource::find(const KeyRow& row) const {
  if (const TensorEntry* entry = file->find(stored_name(*this, row))) return entry;
  if (layout == Layout::ldm) return nullptr;
  if (!row.old_name.empty()) return file->find(prefix + row.old_name);
  if (row.name.starts_with(kTextRoot)) return file->find(prefix + row.name.substr(kTextRoot.size()));
  return nullptr;
}

PartReport check_part(const PartSource& source) {
  PartReport report;
  for (const KeyRow& row : source.keys) {
    const TensorEntry* entry = source.find(row);
    if (row.third > 0 && source.layout == Layout::ldm) continue;  // one stored tensor, looked at with its first third
    if (row.is_optional) continue;
    if (entry == nullptr) {
      report.missing.push_back(stored_name(source, row));
    } else if (!is_same_matrix(entry->shape, stored_shape(source, row))) {
      report.wrong_shapes.push_back({entry->name, entry->shape, stored_shape(source, row)});
    } else if (!widens_to_f32(entry->dtype)) {
      report.wrong_types.push_back(entry->name + " (" + std::string(dtype_name(entry->dtype)) + ")");
    }
  }
  return report;
}

void require_whole(const PartSource& source) {
  const PartReport report = check_part(source);
  const std::string where = source.file->path().string() + ": " + source.name + ": ";
  if (!report.missing.empty()) {
    throw Error(Code::tensor_missing, where + std::to_string(report.missing.size()) + " of " +
                                          std::to_string(source.keys.size()) +
                                          " tensors are missing: " + listed(report.missing));
  }
  if (!report.wrong_shapes.empty()) {
    std::vector<std::string> shapes;
    shapes.reserve(report.wrong_shapes.size());
    for (const WrongShape& wrong : report.wrong_shapes) {
      shapes.push_back(wrong.name + " has " + wrong.shape.to_string() + ", expected " + wrong.expected.to_string());
    }
    throw Error(Code::tensor_wrong_shape,
                where + std::to_string(shapes.size()) + " tensors have a wrong shape: " + listed(shapes));
  }
  if (!report.wrong_types.empty()) {
    throw Error(Code::tensor_wrong_dtype, where + "weights must be numbers of " + std::string(kWidenedTypes) +
                                              "; these are not: " + listed(report.wrong_types));
  }
}

nn::Parameters parameters_of(PartSource source) {
  struct Indexed {
    PartSource source;
    std::unordered_map<std::string_view, const KeyRow*> by_name;
  };
  auto indexed = std::make_shared<Indexed>(Indexed{std::move(source), {}});
  for (const KeyRow& row : indexed->source.keys) indexed->by_name.emplace(row.name, &row);
  return nn::Parameters([indexed = std::shared_ptr<const Indexed>(indexed)](const std::string& name) {
    const auto it = indexed->by_name.find(name);
    return it == indexed->by_name.end() ? Weight{} : weight_of(indexed->source, *it->second);
  });
}

}  // namespace redraw
