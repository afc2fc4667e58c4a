#include "engine/step_strip.h"

#include <algorithm>
#include <fmt/format.h>

#include "image/plot/contact_sheet.h"

namespace redraw {

Image step_strip(const std::vector<StripStep>& executed, int64_t steps, const std::string& title) {
  std::vector<SheetCell> cells(std::max(static_cast<size_t>(steps), executed.size()));
  const size_t dropped = cells.size() - executed.size();
  for (size_t i = 0; i < executed.size(); ++i) {
    const StripStep& step = executed[i];
    cells[dropped + i] = {.image = &step.image,
                          .labels = {fmt::format("t {:.5g}", step.timestep), fmt::format("σ {:.3g}", step.sigma)}};
  }
  ContactSheetOptions options;
  options.title = title;
  return contact_sheet(cells, options);
}

}  // namespace redraw
