#include "image/start_pictures.h"

#include <cstdlib>
#include <mutex>
#include <optional>

#include "base/error.h"
#include "image/vips_support.h"

namespace redraw {
namespace {

void discard_message(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

// vips_init() opens every module in <prefix>/lib/vips-modules-8.14: ImageMagick, Poppler, OpenSlide, libheif and what
// they depend on. That is 28 ms of 30 (768 ms from a cold disk) for loaders that redraw must never use, and there is no
// other way to say no than the prefix, which libvips takes from VIPSHOME. It sets that variable itself when it finds
// it empty, so pointing it nowhere for the length of the call, and putting back what was there, leaves less behind.
class NoVipsModules {
 public:
  NoVipsModules() {
    if (const char* value = std::getenv(kVariable)) before_ = value;
    ::setenv(kVariable, "/proc/self/no-vips-modules", 1);
  }
  ~NoVipsModules() {
    if (before_) {
      ::setenv(kVariable, before_->c_str(), 1);
    } else {
      ::unsetenv(kVariable);
    }
  }
  NoVipsModules(const NoVipsModules&) = delete;
  NoVipsModules& operator=(const NoVipsModules&) = delete;

 private:
  static constexpr const char* kVariable = "VIPSHOME";
  std::optional<std::string> before_;
};

void start_now() {
  constexpr auto kEveryLevel = static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION);
  for (const char* domain : {"VIPS", "Pango"}) g_log_set_handler(domain, kEveryLevel, discard_message, nullptr);
  {
    const NoVipsModules no_modules;
    if (VIPS_INIT("redraw") != 0) throw Error(Code::internal, "libvips does not start: " + take_vips_error());
  }
  vips_block_untrusted_set(TRUE);
  vips_cache_set_max(0);
  vips_concurrency_set(1);
}

}  // namespace

void start_pictures() {
  static std::once_flag started;
  std::call_once(started, start_now);
}

}  // namespace redraw
