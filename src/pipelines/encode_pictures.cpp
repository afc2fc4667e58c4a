#include "pipelines/encode_pictures.h"

#include <span>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "pipelines/extra_channels.h"
#include "pipelines/pixels.h"

namespace redraw {
namespace {

// A picture to encode: the run's own, or a grey one of this size, which no 8-bit picture holds.
struct PictureToEncode {
  const Image* image = nullptr;  // null: grey
  int64_t width = 0;
  int64_t height = 0;

  Tensor pixels(MemoryPool& pool) const {
    return image != nullptr ? tensor_of_image(pool, *image) : Tensor::zeros({1, height, width, 3});
  }
  std::string sha256() const {
    if (image == nullptr) return "grey";
    Sha256 sum;
    sum.add(std::as_bytes(std::span(image->pixels)));
    return sum.hex();
  }
};

// First asks the cache for every picture, then encodes the missing ones together.
class PicturesToEncode {
 public:
  PicturesToEncode(const StableDiffusion& model, WrapAxes wrap) : model_(model), wrap_(wrap) {}

  void add(const PictureToEncode& picture, std::shared_ptr<const EncodedPicture>& encoded) {
    if (!model_.keys().encoder) (void)model_.picture_encoder();  // throws the right error
    PictureKey key{.pixels_sha256 = picture.sha256(),
                   .width = picture.width,
                   .height = picture.height,
                   .wrap = wrap_,
                   .encoder = *model_.keys().encoder};
    has_any_ = true;
    encoded = cache().find(key);
    if (!encoded) missing_.push_back({picture, std::move(key), &encoded});
  }

  bool has_any() const { return has_any_; }
  bool is_reused() const { return has_any_ && missing_.empty(); }

  double encode(const GenerateEvents& events) {
    std::optional<PictureEncoder> encoder;
    if (!missing_.empty()) encoder = model_.picture_encoder();
    return run_phase(events, Phase::encode, [&] {
      for (Missing& one : missing_) {
        *one.encoded = cache().find(one.key);  // encodes a picture that occurs twice only once
        if (*one.encoded) continue;
        *one.encoded = cache().keep(one.key, (*encoder)(one.picture.pixels(model_.backend().pool()), wrap_));
      }
      return is_reused();
    });
  }

 private:
  struct Missing {
    PictureToEncode picture;
    PictureKey key;
    std::shared_ptr<const EncodedPicture>* encoded;
  };

  EncodingCache& cache() const { return model_.caches().encodings; }

  const StableDiffusion& model_;
  WrapAxes wrap_;
  bool has_any_ = false;
  std::vector<Missing> missing_;
};

}  // namespace

PicturesForRun encode_pictures(const StableDiffusion& model, const GenerateRequest& request, const GeneratePlan& plan,
                               const GenerateEvents& events) {
  PicturesForRun pictures;
  std::shared_ptr<const EncodedPicture> extra, first_pass_extra;
  PicturesToEncode wanted(model, request.seamless);
  const PictureToEncode own{.image = request.init, .width = request.width, .height = request.height};
  const PictureToEncode grey{.image = nullptr, .width = request.width, .height = request.height};
  if (!plan.first_pass && !plan.run.from_noise) wanted.add(own, pictures.start);
  const SeenPicture seen = seen_picture(model.spec());
  if (seen != SeenPicture::none) {
    model.require_posterior();
    wanted.add(seen == SeenPicture::grey ? grey : own, extra);
    if (plan.first_pass) {
      const PictureToEncode small{
          .image = nullptr, .width = request.hires_fix->width, .height = request.hires_fix->height};
      wanted.add(seen == SeenPicture::grey ? small : own, first_pass_extra);
    }
  }
  if (!wanted.has_any()) return pictures;
  pictures.seconds = wanted.encode(events);
  pictures.is_reused = wanted.is_reused();
  if (extra) pictures.extra_channels = extra_channels(model.spec(), *extra);
  if (first_pass_extra) pictures.first_pass_extra_channels = extra_channels(model.spec(), *first_pass_extra);
  return pictures;
}

}  // namespace redraw
