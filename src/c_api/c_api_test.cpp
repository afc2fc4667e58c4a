// The C interface from C++, so that the sanitizers see it too; tests/c_interface has what Python sees of libredraw.so.
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "c_api/request_text.h"
#include "redraw/redraw.h"
#include "request/fields.h"
#include "support/error_of.h"

namespace redraw::c_api {
namespace {

constexpr const char* kOptions = "{\"threads\": 1, \"data_folder\": \"" REDRAW_SOURCE_DIR "\"}";
constexpr const char* kRequest = R"({"prompt": "fire", "init": "drawing", "strength": 0.5, "steps": 4, "seed": 7,
                                     "width": 64, "height": 64})";

std::string drawing() {
  std::ifstream file(REDRAW_SOURCE_DIR "/examples/fire-drawing.png", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

redraw_run* run_with_picture(const char* request) {
  redraw_run* run = redraw_run_create(request);
  const std::string bytes = drawing();
  EXPECT_EQ(redraw_run_add_picture(run, "drawing", bytes.data(), bytes.size()), REDRAW_OK);
  return run;
}

TEST(CApi, ARunTellsItsEventsAndLeavesItsPicture) {
  redraw_engine* engine = redraw_create(kOptions);
  ASSERT_NE(engine, nullptr) << redraw_error_message();
  redraw_run* run = run_with_picture(kRequest);
  std::vector<std::string> events;
  redraw_run_on_event(
      run, [](const char* event, void* user) { static_cast<std::vector<std::string>*>(user)->push_back(event); },
      &events);
  EXPECT_EQ(redraw_run_execute(run, engine), REDRAW_OK) << redraw_error_message();
  EXPECT_FALSE(events.empty());
  size_t size = 0;
  const unsigned char* png = redraw_run_picture(run, 0, &size);
  ASSERT_EQ(redraw_run_picture_count(run), 1U);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(png), 8), "\x89PNG\r\n\x1a\n");
  EXPECT_GT(size, 8U);
  EXPECT_NE(redraw_run_result(run), nullptr);
  redraw_run_destroy(run);
  redraw_destroy(engine);
}

TEST(CApi, AnErrorWithinAnEventEndsTheRunAndFreesTheEngine) {
  redraw_engine* engine = redraw_create(kOptions);
  redraw_run* throwing = run_with_picture(kRequest);
  redraw_run_on_event(
      throwing, [](const char*, void*) { throw 1; }, nullptr);
  EXPECT_EQ(redraw_run_execute(throwing, engine), REDRAW_FAILED);
  EXPECT_STREQ(redraw_error_code(), "internal");
  redraw_run* next = run_with_picture(kRequest);
  EXPECT_EQ(redraw_run_execute(next, engine), REDRAW_OK) << redraw_error_message();
  redraw_run_destroy(next);
  redraw_run_destroy(throwing);
  redraw_destroy(engine);
}

TEST(CApi, ACancelledRunEndsAndAPlanIsFreed) {
  redraw_engine* engine = redraw_create(kOptions);
  redraw_run* run = run_with_picture(R"({"prompt": "", "init": "drawing", "strength": 1, "steps": 900})");
  redraw_run_on_event(
      run,
      [](const char*, void* user) {
        std::thread([user] { redraw_run_cancel(static_cast<redraw_run*>(user)); }).join();
      },
      run);
  EXPECT_EQ(redraw_run_execute(run, engine), REDRAW_CANCELLED) << redraw_error_message();
  EXPECT_EQ(redraw_run_picture_count(run), 0U);
  char* plan = redraw_plan(engine, kRequest);
  EXPECT_NE(plan, nullptr) << redraw_error_message();
  redraw_free(plan);
  redraw_run_destroy(run);
  redraw_destroy(engine);
}

// Every field of the table whose values are places, by its kind: a new field is in this test without anybody's doing.
TEST(CApi, NoFieldOpensAFileThatWasNotAllowed) {
  int fields = 0;
  for (const Field* field : request_fields()) {
    if (!opens_files(field->kind)) continue;
    ++fields;
    for (const std::string place : {"/proc/self/environ", "models/emoji-128", "CMakeLists.txt", "../secret"}) {
      const std::string text = "{\"" + std::string(field->name) + "\": \"" + place + "\"}";
      const bool is_name = field->kind == FieldKind::model && place.find('/') == std::string::npos;
      if (is_name) {
        EXPECT_TRUE(request_of_text(text, {}, false).model.is_listed_only) << "it is looked up in the list alone";
        continue;
      }
      const std::string message = message_of(Code::usage, [&] { request_of_text(text, {}, false); });
      EXPECT_NE(message.find(field->name), std::string::npos) << message;
      EXPECT_NE(message.find("allow_files"), std::string::npos) << message;
      EXPECT_NO_THROW(request_of_text(text, {}, true));
    }
  }
  EXPECT_GE(fields, 6);
}

}  // namespace
}  // namespace redraw::c_api
