#include "request/name_lists.h"

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/text_table.h"
#include "diffusion/sampler.h"
#include "diffusion/sigma_schedule.h"

namespace redraw {
namespace {

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

// What a sampler does on a model whose configuration says nothing.
struct OwnSchedule {
  std::string_view spacing;
  std::string_view schedule;
};

OwnSchedule own_schedule(const SamplerInfo& sampler) {
  const SchedulerConfig config = sampler.adopt({});
  return {.spacing = config.timestep_spacing ? name_of(*config.timestep_spacing) : std::string_view(),
          .schedule = sigma_schedule(config.sigma_rule).name};
}

bool is_asked_for_by_name(const SigmaScheduleInfo& schedule) {
  return schedule.rule != SigmaRule::explicit_sigmas;
}

}  // namespace

std::string samplers_text() {
  const TableColumn columns[] = {{"sampler"}, {"calls a step", true}, {"noise"}, {"spacing"}, {"schedule"},
                                 {"as in"},   {"also called"}};
  std::vector<std::vector<std::string>> rows;
  for (const SamplerInfo* sampler : samplers()) {
    const OwnSchedule own = own_schedule(*sampler);
    std::string source(sampler->source);
    if (!sampler->scheduler_class.empty())
      source += (source.empty() ? "" : " ") + std::string(sampler->scheduler_class);
    rows.push_back({std::string(sampler->name), std::to_string(sampler->calls_per_step),
                    sampler->draws_noise ? "new" : "-", std::string(own.spacing), std::string(own.schedule), source,
                    joined(sampler->aliases)});
  }
  return text_table(columns, rows) +
         "\nnoise: new where the steps draw some, so that more steps make another picture\n"
         "spacing, schedule: where neither the request nor the model says another\n"
         "NAME_k, NAME_karras: the sampler on Karras levels; 'NAME exponential': on exponential ones\n";
}

std::string samplers_json() {
  nlohmann::json list = nlohmann::json::array();
  for (const SamplerInfo* sampler : samplers()) {
    const OwnSchedule own = own_schedule(*sampler);
    list.push_back({{"name", sampler->name},
                    {"aliases", sampler->aliases},
                    {"source", sampler->source},
                    {"scheduler_class", sampler->scheduler_class},
                    {"calls_per_step", sampler->calls_per_step},
                    {"draws_noise", sampler->draws_noise},
                    {"spacing", own.spacing},
                    {"schedule", own.schedule}});
  }
  return nlohmann::json({{"samplers", list}}).dump();
}

std::string schedules_text() {
  const TableColumn columns[] = {{"schedule"}, {"noise levels"}, {"also called"}};
  std::vector<std::vector<std::string>> rows;
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (!is_asked_for_by_name(schedule)) continue;
    rows.push_back({std::string(schedule.name), std::string(schedule.help), joined(schedule.aliases)});
  }
  return text_table(columns, rows) + "\nspacings of timesteps: " + joined(timestep_spacing_names()) + "\n";
}

std::string schedules_json() {
  nlohmann::json list = nlohmann::json::array();
  for (const SigmaScheduleInfo& schedule : sigma_schedules()) {
    if (!is_asked_for_by_name(schedule)) continue;
    list.push_back({{"name", schedule.name}, {"aliases", schedule.aliases}, {"help", schedule.help}});
  }
  return nlohmann::json({{"schedules", list}, {"spacings", timestep_spacing_names()}}).dump();
}

}  // namespace redraw
