#include "request/name_lists.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>

#include "request/field_value.h"

namespace redraw {
namespace {

// What is listed can be asked for, and the other way round.
TEST(NameLists, HoldWhatTheFieldsTake) {
  const std::pair<const char*, nlohmann::json> lists[] = {
      {"sampler", nlohmann::json::parse(samplers_json())["samplers"]},
      {"schedule", nlohmann::json::parse(schedules_json())["schedules"]},
  };
  for (const auto& [name, list] : lists) {
    const Field& field = find_field(name);
    std::set<std::string> listed;
    for (const nlohmann::json& row : list) {
      listed.insert(row["name"]);
      for (const std::string alias : row["aliases"]) EXPECT_NO_THROW(parse_field(field, alias)) << alias;
    }
    const std::vector<std::string_view> choices = field.choices();
    EXPECT_EQ(listed, std::set<std::string>(choices.begin(), choices.end()));
  }
}

TEST(NameLists, SayWhatEachSamplerCosts) {
  const nlohmann::json samplers = nlohmann::json::parse(samplers_json())["samplers"];
  const auto heun = std::ranges::find_if(samplers, [](const auto& row) { return row["name"] == "heun"; });
  EXPECT_EQ((*heun)["calls_per_step"], 2);
  EXPECT_EQ((*heun)["draws_noise"], false);
  EXPECT_EQ((*heun)["spacing"], "linspace");
  EXPECT_NE(samplers_text().find("\neuler_a "), std::string::npos);
  EXPECT_NE(schedules_text().find("\nkarras "), std::string::npos);
}

}  // namespace
}  // namespace redraw
