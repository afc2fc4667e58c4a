// What a server answers in place of a file; internal to weights.
#pragma once

#include <string>
#include <string_view>

namespace redraw {

/// The words of an error that a server answered, quoted and fit for one line. As JSON ({"error": "Unauthorized",
/// "message": "..."}, also nested, as FastAPI's "detail" and as a list of errors) or as XML (Amazon S3's
/// <Error><Code>AccessDenied</Code>...). Empty when the text is no such answer. text: of a small file, perhaps cut.
std::string words_of_server_answer(std::string_view text);

}  // namespace redraw
