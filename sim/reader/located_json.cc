#include "sim/reader/located_json.h"

#include <algorithm>
#include <boost/iterator/iterator_facade.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <ranges>
#include <utility>

#include "sim/bad_input.h"
#include "sim/reader/text_file.h"

namespace sentinel::sim {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostValues = 1'000'000;

// Lets the builder know how far the parser has read.
class TrackedIterator : public boost::iterator_facade<TrackedIterator, const char, boost::single_pass_traversal_tag> {
 public:
  TrackedIterator(const char* at, const char*& reached) : at_(at), reached_(&reached) {}

 private:
  friend class boost::iterator_core_access;

  const char& dereference() const { return *at_; }
  void increment() { *reached_ = ++at_; }
  bool equal(const TrackedIterator& other) const { return at_ == other.at_; }

  const char* at_;
  const char** reached_;
};

// Receives what the parser finds, and makes values of it.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Builder(const JsonDocument& document, std::string_view text, std::deque<Json>& values)
      : document_(document), text_(text), values_(values), reached_(text.begin()) {}

  void parse() {
    const TrackedIterator begin(text_.begin(), reached_);
    const TrackedIterator end(text_.end(), reached_);
    nlohmann::json::sax_parse(begin, end, this);
  }

  bool null() override { return add(Json::Kind::kNull); }
  bool boolean(bool value) override {
    add(Json::Kind::kBool);
    values_.back().truth = value;
    return true;
  }
  bool number_integer(number_integer_t value) override { return add_number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add_number(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& digits) override { return add_number(digits); }
  bool string(string_t& value) override {
    add(Json::Kind::kString);
    values_.back().text = std::move(value);
    return true;
  }
  bool binary(binary_t& /*value*/) override { return false; }  // not in JSON texts

  bool start_object(std::size_t /*size*/) override { return open(Json::Kind::kObject); }
  bool key(string_t& name) override {
    key_ = std::move(name);
    return true;
  }
  bool end_object() override {
    refuse_duplicates(*open_.back());
    return close();
  }
  bool start_array(std::size_t /*size*/) override { return open(Json::Kind::kList); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::json::exception& error) override {
    // The position is behind the character that is wrong, which may be a line break.
    const std::string_view read = text_.substr(0, position == 0 ? 0 : position - 1);
    const std::string_view content = read.substr(0, read.find_last_not_of(" \t\r\n") + 1);
    const bool at_end = position > text_.size();
    fail(1 + lines_in(at_end ? content : read), "is no valid JSON: " + reason(error.what()));
  }

 private:
  static std::size_t lines_in(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
  }

  // The message of the library without its number and place.
  static std::string reason(std::string_view what) {
    const std::size_t id = what.find("] ");
    if (id != std::string_view::npos) what.remove_prefix(id + 2);
    const std::size_t column = what.find("column ");
    const std::size_t place = column == std::string_view::npos ? column : what.find(": ", column);
    if (place != std::string_view::npos) what.remove_prefix(place + 2);
    return std::string{what};
  }

  [[noreturn]] void fail(std::size_t line, std::string_view message) const {
    throw BadInput(document_.file(), line, "", message);
  }

  // Counts the lines up to what the parser has read, but for the last `ahead` characters.
  void count_lines(std::size_t ahead) {
    const char* const end = reached_ - ahead;
    const std::size_t from = counted_;
    counted_ = static_cast<std::size_t>(end - text_.begin());
    line_ += lines_in(text_.substr(from, counted_ - from));
  }

  bool add_number(std::string digits) {
    // A number ends where the parser sees something else.
    const bool is_digit = reached_[-1] >= '0' && reached_[-1] <= '9';
    add(Json::Kind::kNumber, is_digit ? 0 : 1);
    values_.back().text = std::move(digits);
    return true;
  }

  bool add(Json::Kind kind, std::size_t ahead = 0) {
    count_lines(ahead);
    if (values_.size() == kMostValues) fail(line_, "has more than the 1000000 JSON values that are read");
    Json& value = values_.emplace_back();
    value.document = &document_;
    value.line = line_;
    value.kind = kind;
    if (open_.empty()) return true;
    Json& parent = *open_.back();
    value.parent = &parent;
    value.name = parent.kind == Json::Kind::kObject ? std::move(key_) : std::to_string(parent.items.size());
    parent.items.push_back(&value);
    return true;
  }

  bool open(Json::Kind kind) {
    add(kind);
    open_.push_back(&values_.back());
    if (open_.size() > kMostLevels) fail(line_, "is nested deeper than 64 levels");
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  static void refuse_duplicates(const Json& object) {
    std::map<std::string_view, std::size_t> lines;
    for (const Json* const member : object.items) {
      const auto [first, is_new] = lines.try_emplace(member->name, member->line);
      if (is_new) continue;
      member->fail("is there twice, in line " + std::to_string(first->second) +
                   " too: a key may appear once in an object");
    }
  }

  const JsonDocument& document_;
  std::string_view text_;
  std::deque<Json>& values_;
  std::vector<Json*> open_;
  std::string key_;
  const char* reached_;
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

std::string Json::path() const {
  if (origin != nullptr) return origin->path();
  std::vector<const Json*> way;
  for (const Json* value = this; value->parent != nullptr; value = value->parent) way.push_back(value);
  nlohmann::json::json_pointer pointer;
  for (const Json* const value : way | std::views::reverse) pointer.push_back(value->name);
  return pointer.to_string();
}

void Json::fail(std::string_view message) const { throw BadInput(document->file(), line, path(), message); }

JsonDocument::JsonDocument(std::string_view text, std::filesystem::path file) : file_(std::move(file)) {
  check_file_size(file_, text.size());
  Builder(*this, text, values_).parse();
}

}  // namespace sentinel::sim
