// JSON values that know where they stand: in which file and line, and under which JSON pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace sentinel::sim {

class JsonDocument;

struct Json {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kList, kObject };

  const JsonDocument* document = nullptr;
  const Json* parent = nullptr;  // nullptr: the whole document
  const Json* origin = nullptr;  // of a value that was put somewhere else: where it is written
  std::string name;              // in its parent: the key, or the index
  std::size_t line = 0;
  Kind kind = Kind::kNull;
  bool truth = false;
  std::string text;                // of a string; of a number, its digits
  std::vector<const Json*> items;  // of a list or an object, in the order of the file

  std::string path() const;
  // Throws BadInput that names the place.
  [[noreturn]] void fail(std::string_view message) const;
};

class JsonDocument {
 public:
  // Throws BadInput if `text` is no JSON, has a key twice in one object, or is larger or deeper than any scenario.
  JsonDocument(std::string_view text, std::filesystem::path file);
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  JsonDocument(JsonDocument&&) = delete;
  JsonDocument& operator=(JsonDocument&&) = delete;
  ~JsonDocument() = default;

  const Json& root() const { return values_.front(); }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::deque<Json> values_;  // they point to each other
};

}  // namespace sentinel::sim
