#include "text/added_token_finder.h"

#include <algorithm>

namespace redraw {

void AddedTokenFinder::add(std::string text, int32_t id) {
  first_bytes_.set(static_cast<uint8_t>(text.front()));
  const auto place = std::find_if(entries_.begin(), entries_.end(),
                                  [&text](const Entry& entry) { return entry.text.size() < text.size(); });
  entries_.insert(place, {std::move(text), id});
}

const AddedTokenFinder::Entry* AddedTokenFinder::match(std::string_view rest) const {
  if (!first_bytes_.test(static_cast<uint8_t>(rest.front()))) return nullptr;
  for (const Entry& entry : entries_)
    if (rest.starts_with(entry.text)) return &entry;
  return nullptr;
}

std::vector<AddedTokenFinder::Piece> AddedTokenFinder::split(std::string_view text) const {
  std::vector<Piece> pieces;
  size_t between = 0;  // where the text since the last token starts
  const auto end_between = [&](size_t at) {
    if (at > between) pieces.push_back({text.substr(between, at - between), std::nullopt});
  };
  for (size_t at = 0; at < text.size();) {
    const Entry* entry = match(text.substr(at));
    if (entry == nullptr) {
      ++at;
      continue;
    }
    end_between(at);
    pieces.push_back({text.substr(at, entry->text.size()), entry->id});
    at += entry->text.size();
    between = at;
  }
  end_between(text.size());
  return pieces;
}

}  // namespace redraw
