#include "request/resolved_request.h"

#include <fstream>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/error_of.h"
#include "support/safetensors_bytes.h"
#include "support/temporary_folder.h"

namespace redraw {
namespace {

TEST(ResolvedRequest, TheOrderIsRequestModelProgram) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"cfg_scale": 4, "steps": 12})");
  const ModelDefaults model = read_model_defaults(folder.path());
  Request request;
  request.steps.steps = 7;
  const ResolvedRequest resolved = resolve(request, model);
  EXPECT_EQ(resolved.fields.steps.steps, 7);
  EXPECT_EQ(resolved.origin("steps"), Origin::asked);
  EXPECT_EQ(resolved.fields.guidance.cfg_scale, 4.0);
  EXPECT_EQ(resolved.origin("cfg_scale"), Origin::model);
  EXPECT_EQ(resolved.fields.steps.strength, 0.75);
  EXPECT_EQ(resolved.origin("strength"), Origin::program);
  EXPECT_FALSE(resolved.seed) << "an open seed is drawn later";
}

TEST(ResolvedRequest, ASingleFilesDefaultsAreInItsMetadata) {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& defaults) {
    return folder.write("m.safetensors",
                        safetensors_bytes(R"({"__metadata__":{"redraw.defaults":")" + defaults +
                                              R"("},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
                                          ""));
  };
  EXPECT_EQ(std::get<int64_t>(read_model_defaults(file(R"({\"steps\": 12})")).at("steps")), 12);
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(file(R"({\"prompt\": \"x\"})")); })
                .find("m.safetensors"),
            std::string::npos);
  EXPECT_EQ(code_of([&] { read_model_defaults(file("nonsense")); }), Code::json_malformed);
}

TEST(ResolvedRequest, AModelMayNotSetEverythingAndItsMistakesNameTheFile) {
  const TemporaryFolder folder;
  folder.write("redraw.json", R"({"prompt": "fire"})");
  EXPECT_NE(message_of(Code::model_unsupported, [&] { read_model_defaults(folder.path()); }).find("redraw.json"),
            std::string::npos);
  folder.write("redraw.json", R"({"cgf_scale": 4})");
  EXPECT_NE(message_of(Code::unknown_field, [&] { read_model_defaults(folder.path()); }).find("'cfg_scale'"),
            std::string::npos);
  folder.write("redraw.json", R"({"steps": 0})");
  message_of(Code::out_of_range, [&] { read_model_defaults(folder.path()); });
  folder.write("redraw.json", R"({"steps": "many"})");
  message_of(Code::usage, [&] { read_model_defaults(folder.path()); });
}

TEST(ResolvedRequest, StrengthNeedsAPicture) {
  Request request;
  request.steps.strength = 0.5;
  message_of(Code::usage, [&] { resolve(request, {}); });
}

}  // namespace
}  // namespace redraw
