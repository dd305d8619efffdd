#include "analysis/report/report_page.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

// The page without its data, made from analysis/report/ when the program is built (report_template.S).
extern "C" const char sentinel_report_template_begin[];
extern "C" const char sentinel_report_template_end[];

namespace sentinel::analysis {
namespace {

// Inside of a script element nothing may look like a tag. In JSON `<` stands in texts only, where it may be escaped.
std::string without_tags(const std::string& json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) c == '<' ? text += "\\u003c" : text += c;
  return text;
}

}  // namespace

std::string report_page(const nlohmann::ordered_json& data) {
  const std::string_view page{sentinel_report_template_begin, sentinel_report_template_end};
  constexpr std::string_view kPlace = "<!--data-->";
  const std::size_t place = page.find(kPlace);
  std::string text{page.substr(0, place)};
  text += without_tags(data.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  text += page.substr(place + kPlace.size());
  return text;
}

}  // namespace sentinel::analysis
