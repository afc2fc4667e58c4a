#include "request/request_json.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "request/field_samples.h"
#include "support/error_of.h"

namespace redraw {
namespace {

using nlohmann::json;

const JsonDoor kOwnDoor = {.may_open_files = true};

Request read(const char* text, const JsonDoor& door = {}) {
  return request_of_json_text(text, door);
}

std::string refusal(Code code, const std::string& text, const JsonDoor& door = {}) {
  return message_of(code, [&] { request_of_json_text(text, door); });
}

void expect_phrase(const std::string& message, std::string_view phrase) {
  EXPECT_NE(message.find(phrase), std::string::npos) << message << "\n  lacks: " << phrase;
}

void expect_same_fields(const Request& a, const Request& b) {
  for (const Field* field : request_fields()) EXPECT_EQ(get_field(a, *field), get_field(b, *field)) << field->name;
}

TEST(RequestJson, ReadsEveryKindOfValue) {
  const Request request = read(R"({"prompt": "fire", "strength": 0.7, "steps": 20.0, "sampler": "euler_k",
      "cfg_scales": [7, 6.5], "seed": 18446744073709551615, "seamless": true, "seamless_axes": ["y"], "negative": null,
      "with_variations": [{"seed": 3, "weight": 0.1}], "init": {"name": "x.png", "base64": "Zm9v"}, "model": "my-sd15"})");
  EXPECT_EQ(request.prompt, "fire");
  EXPECT_EQ(request.steps.strength, 0.7);
  EXPECT_EQ(request.steps.steps, 20);
  EXPECT_EQ(request.steps.sampler, "euler_k");
  EXPECT_EQ(request.guidance.cfg_scales, (std::vector<double>{7, 6.5}));
  EXPECT_EQ(request.noise.seed, UINT64_MAX);
  EXPECT_EQ(request.effects.seamless, true);
  EXPECT_EQ(request.effects.seamless_axes, std::vector<std::string>{"y"});
  EXPECT_EQ(request.negative, std::nullopt) << "null leaves it open";
  EXPECT_EQ(request.noise.with_variations, (std::vector<SeedWeight>{{.seed = 3, .weight = 0.1}}));
  EXPECT_EQ(request.inputs.init, Picture::memory({std::byte{'f'}, std::byte{'o'}, std::byte{'o'}}, "x.png"));
  EXPECT_EQ(request.model.model, "my-sd15");
  EXPECT_TRUE(request.model.is_listed_only);
  EXPECT_FALSE(read("{}", kOwnDoor).model.is_listed_only);
}

TEST(RequestJson, ReadsBackWhatItWrites) {
  Request all;
  for (const Field* field : request_fields()) {
    for (const FieldValue& value : field_samples(*field)) {
      Request request;
      set_field(request, *field, value);
      set_field(all, *field, value);
      const json written = request_json(request);
      EXPECT_EQ(written.count(field->name), 1u) << field->name;
      expect_same_fields(request_of_json(written, kOwnDoor), request);
      expect_same_fields(request_of_json_text(written.dump(), kOwnDoor), request);
    }
  }
  all.inputs.init = sample_picture();
  expect_same_fields(request_of_json_text(request_json(all).dump(), kOwnDoor), all);
  EXPECT_EQ(request_json({}), json({{"prompt", ""}})) << "what is open is not written";
}

TEST(RequestJson, RefusesWithTheFieldsName) {
  expect_phrase(refusal(Code::unknown_field, R"({"stength": 0.5})"), "did you mean 'strength'?");
  expect_phrase(refusal(Code::unknown_name, R"({"sampler": "eular"})"), "sampler: unknown sampler 'eular'");
  const std::tuple<const char*, Code, const char*> values[] = {
      {R"("steps": "20")", Code::usage, "steps must be a whole number"},
      {R"("steps": 2.5)", Code::usage, "steps must be a whole number"},
      {R"("steps": 0)", Code::out_of_range, "steps is 0, but must be 1 to 1000"},
      {R"("steps": 1e30)", Code::out_of_range, "steps is 1000000000000000019884624838656, but must be 1 to 1000"},
      {R"("steps": true)", Code::usage, "steps must be a whole number"},
      {R"("steps": [1])", Code::usage, "steps must be a whole number"},
      {R"("steps": {})", Code::usage, "steps must be a whole number"},
      {R"("seed": -1)", Code::out_of_range, "seed is -1, but must be 0 to 18446744073709551615; leave it out"},
      {R"("seed": 18446744073709551616)", Code::out_of_range, "seed is 18446744073709551616, but must be 0 to"},
      {R"("seed": 1e19)", Code::usage, "seed must be written as a whole number, without a point or an exponent"},
      {R"("seed": "1")", Code::usage, "seed must be a whole number"},
      {R"("strength": 1.5)", Code::out_of_range, "strength is 1.5, but must be above 0, at most 1"},
      {R"("strength": "0.5")", Code::usage, "strength must be a number"},
      {R"("width": 500)", Code::bad_size, "the nearest are 496 and 504"},
      {R"("prompt": 7)", Code::usage, "prompt must be a text"},
      {R"("seamless": 1)", Code::usage, "seamless must be true or false"},
      {R"("seamless": "true")", Code::usage, "seamless must be true or false"},
      {R"("cfg_scales": "7,6")", Code::usage, "cfg_scales must be a list of numbers"},
      {R"("cfg_scales": [7, "6"])", Code::usage, "cfg_scales must be a list of numbers"},
      {R"("cfg_scales": [7, 101])", Code::out_of_range, "cfg_scales: entry 2 is '101', but must be a number, 0 to 100"},
      {R"("cfg_scales": [])", Code::usage, "cfg_scales is an empty list"},
      {R"("sigmas": [1, 2])", Code::out_of_range, "sigmas: entry 2 is 2, but must be below the one before it"},
      {R"("seamless_axes": ["z"])", Code::unknown_name, "seamless_axes is 'z', but must be x, y or x,y"},
      {R"("seamless_axes": "x")", Code::usage, "seamless_axes must be x, y or both"},
      {R"("with_variations": [{"seed": 3}])", Code::usage,
       R"(with_variations must be a list of {"seed": N, "weight": X})"},
      {R"("with_variations": [{"seed": -3, "weight": 0}])", Code::out_of_range,
       "with_variations: seed is -3, but must be 0 to"},
      {R"("with_variations": [{"seed": 3, "weight": 2}])", Code::out_of_range, "with_variations: variation 1"},
      {R"("with_variations": [])", Code::usage, "with_variations must be a list of seeds and weights"},
  };
  for (const auto& [field, code, phrase] : values) expect_phrase(refusal(code, "{" + std::string(field) + "}"), phrase);
  const JsonDoor named = {.where = "job.json"};
  EXPECT_TRUE(refusal(Code::out_of_range, R"({"steps": 0})", named).starts_with("job.json: steps is 0"));
  EXPECT_TRUE(refusal(Code::unknown_field, R"({"x": 0})", named).starts_with("job.json: unknown field 'x'"));
}

TEST(RequestJson, RefusesWhatIsNoJsonOrTooMuch) {
  const auto nested = [](int levels) {
    return R"({"cfg_scales": )" + std::string(static_cast<size_t>(levels), '[') +
           std::string(static_cast<size_t>(levels), ']') + "}";
  };
  std::string many = R"({"cfg_scales": [0)";
  for (size_t i = 1; i < kMaxRequestJsonValues; ++i) many += ",0";
  const std::pair<std::string, const char*> texts[] = {
      {"", "is not valid JSON (byte 1)"},
      {"{", "is not valid JSON (byte 2)"},
      {R"({"steps": 1,})", "is not valid JSON (byte 13)"},
      {R"({"steps": NaN})", "is not valid JSON (byte 11)"},
      {R"({"steps": 1} x)", "is not valid JSON (byte 14)"},
      {"{\"prompt\": \"\xff\"}", "is not valid JSON (byte 13)"},
      {R"({"strength": 1e999})", "has a number that is too large"},
      {"[]", "is not a JSON object"},
      {R"("steps")", "is not a JSON object"},
      {R"({"steps": 1, "seed": 2, "steps": 3})", "has 'steps' twice"},
      {R"({"with_variations": [{"seed": 1, "seed": 2, "weight": 0}]})", "has 'seed' twice"},
      {nested(8), "is nested more than 8 levels deep"},
      {nested(100'000), "is nested more than 8 levels deep"},
      {many + "]}", "has more than 16384 values"},
      {std::string(kMaxRequestJson + 1, ' '), "has more than 192 MiB"},
  };
  for (const auto& [text, phrase] : texts) {
    const std::string message = refusal(Code::json_malformed, text, {.where = "job.json"});
    expect_phrase(message, phrase);
    EXPECT_TRUE(message.starts_with("job.json: ")) << message;
  }
  refusal(Code::usage, nested(7));  // deep enough for the parser, and no list of numbers
  EXPECT_EQ(read(R"({"with_variations": [{"seed": 1, "weight": 0}, {"seed": 1, "weight": 0}]})")
                .noise.with_variations->size(),
            2u);
}

TEST(RequestJson, PicturesComeAsBytesOrAttachments) {
  const JsonDoor::Attachments attachments = {{"a", sample_picture()}};
  const JsonDoor door = {.attachments = &attachments};
  EXPECT_EQ(read(R"({"init": {"attachment": "a"}, "init_color": {"attachment": "a"}})", door).inputs.init_color,
            sample_picture());
  const std::pair<const char*, const char*> values[] = {
      {R"("x.png")", "init is 'x.png', and no picture of that name came with the request; it cannot be a path here"},
      {R"(7)", "init must be a picture"},
      {R"(["x.png"])", "init must be a picture"},
      {R"({})", R"(init must be {"name": "...", "base64": "..."})"},
      {R"({"name": "x.png"})", R"(init must be {"name": "...", "base64": "..."})"},
      {R"({"base64": "Zg=="})", R"(init must be {"name": "...", "base64": "..."})"},
      {R"({"name": "x.png", "base64": "Zg==", "path": "/x"})", "alone"},
      {R"({"name": "x.png", "base64": ""})", "init has no bytes"},
      {R"({"name": "x.png", "base64": "Z?=="})", "init: the base64 is not base64: byte 2"},
      {R"({"name": "../x.png", "base64": "Zg=="})", "init is called '../x.png', but must have a name"},
      {R"({"name": "", "base64": "Zg=="})", "init is called ''"},
      {R"({"attachment": "b"})", "init asks for the attachment 'b', which did not come with the request"},
      {R"({"attachment": 1})", R"(init must be {"attachment": "NAME"})"},
      {R"({"attachment": "a", "name": "x"})", R"(init must be {"attachment": "NAME"})"},
  };
  for (const auto& [value, phrase] : values)
    expect_phrase(refusal(Code::usage, R"({"init": )" + std::string(value) + "}", door), phrase);
  expect_phrase(refusal(Code::usage, R"({"init": {"attachment": "a"}})"), "init cannot be an attachment here");
  EXPECT_EQ(read(R"({"init": "x/y.png"})", kOwnDoor).inputs.init, Picture::file("x/y.png"));
  const json large = {{"init", {{"name", "x"}, {"base64", std::string(kMaxPictureInJson / 3 * 4 + 8, 'A')}}}};
  expect_phrase(message_of(Code::usage, [&] { request_of_json(large, door); }), "init has more than 64 MiB");
}

// The promise of RequestModel::is_listed_only and of Picture, over the whole table, so that no new field is forgotten.
TEST(RequestJson, NoRequestFromOutsideOpensAFile) {
  const char* const planted[] = {
      "CMakeLists.txt", "src",       "/etc/passwd",     "/proc/self/environ", "../secret.png", "~/x", "~", ".", "..",
      "/dev/stdin",     "/tmp/fifo", "\\\\host\\share", "file:///etc/passwd"};
  int places = 0;
  for (const Field* field : request_fields()) {
    SCOPED_TRACE(field->name);
    if (opens_files(field->kind)) ++places;
    for (const char* path : planted) {
      SCOPED_TRACE(path);
      for (const json& value : {json(path), json({{"path", path}}), json({{"attachment", path}}),
                                json({{"name", path}, {"base64", "Zg=="}}), json::array({path})}) {
        Request request;
        try {
          request = request_of_json({{std::string(field->name), value}}, {});
        } catch (const Error& e) {
          EXPECT_NE(std::string(e.what()).find(field->name), std::string::npos) << e.what();
          continue;
        }
        EXPECT_TRUE(request.model.is_listed_only);
        const FieldValue read = get_field(request, *field).value();
        if (const auto* picture = std::get_if<Picture>(&read)) {
          EXPECT_FALSE(picture->is_file());
          EXPECT_EQ(picture->name.find_first_of("/\\"), std::string::npos);
        } else if (field->kind == FieldKind::model) {
          EXPECT_EQ(std::get<std::string>(read).find_first_of("/\\"), std::string::npos);
        } else {
          EXPECT_FALSE(opens_files(field->kind)) << "a place came through";
        }
      }
    }
  }
  EXPECT_GE(places, 6);
  const std::string message = refusal(Code::usage, R"({"vae": "x"})");
  expect_phrase(message, "vae cannot be given here, because it would open a file");
  expect_phrase(message, "redraw models add");
  expect_phrase(refusal(Code::usage, R"({"model": "/etc/passwd"})"), "must be a name of the list of models here");
}

}  // namespace
}  // namespace redraw
