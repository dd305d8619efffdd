#include "analysis/document.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/reader/scenario_reader.h"
#include "sim/reader/scenario_source.h"
#include "sim/reader/text_file.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

Document document_of(const sim::Json& json) {
  using Kind = sim::Json::Kind;
  switch (json.kind) {
    case Kind::kNull: return nullptr;
    case Kind::kBool: return json.truth;
    case Kind::kNumber: return Document::parse(json.text);
    case Kind::kString: return json.text;
    case Kind::kList: {
      Document list = Document::array();
      for (const sim::Json* const item : json.items) list.push_back(document_of(*item));
      return list;
    }
    case Kind::kObject: break;
  }
  Document object = Document::object();
  for (const sim::Json* const item : json.items) object[item->name] = document_of(*item);
  return object;
}

// The lines of a file that a node names stand in the document itself.
void take_in_files(Document& document, const std::filesystem::path& folder) {
  const auto nodes = document.find("nodes");
  if (nodes == document.end()) return;
  for (Document& node : *nodes) {
    const auto name = node.is_object() ? node.find("conf-file") : node.end();
    if (name == node.end() || !name->is_string()) continue;
    Document lines = Document::array();
    const std::string text = sim::read_text_file(folder / name->get<std::string>());
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    node.erase("conf-file");
    for (const Document& line : node.value("conf", Document::array())) lines.push_back(line);
    node["conf"] = std::move(lines);
  }
}

// In one line, as by hand.
std::string inline_text(const Document& value) {
  if (!value.is_structured()) return value.dump(-1, ' ', false, Document::error_handler_t::replace);
  std::string text;
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (!text.empty()) text += ", ";
    if (value.is_object()) text += Document(item.key()).dump() + ": ";
    text += inline_text(*item);
  }
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

// Its members a line each, and so the choices of a schedule.
std::string listed_text(const Document& value, const std::string& indent = "  ") {
  const std::string inner = indent + "  ";
  std::string text;
  for (auto item = value.begin(); item != value.end(); ++item) {
    text += (text.empty() ? "\n" : ",\n") + inner;
    if (value.is_object()) text += Document(item.key()).dump() + ": ";
    const bool is_long = value.is_object() && item.key() == "choices" && !item->empty();
    text += is_long ? listed_text(*item, inner) : inline_text(*item);
  }
  text += "\n" + indent;
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace

Document read_document(const std::filesystem::path& file, const std::optional<std::string>& case_name) {
  const sim::ScenarioSource source(sim::read_text_file(file), file);
  const sim::Scenario chosen = sim::read_scenario(file, case_name);
  const auto meant = std::ranges::find(source.cases(), chosen.case_name, &sim::ScenarioSource::Case::name);
  Document document = document_of(*meant->root);
  take_in_files(document, file.parent_path());
  if (!document.contains("steps")) document["steps"] = Document::array();
  return document;
}

std::shared_ptr<const sim::Scenario> scenario_of(const Document& document) {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(document.dump(), "scenario.json"));
}

std::string duration_text(sim::SimTime at) { return sim::format_duration(at.time_since_epoch()); }

std::string duration_text(model::Millis duration) { return sim::format_duration(duration); }

std::optional<model::Millis> duration_in(const Document& object, std::string_view field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return std::chrono::ceil<model::Millis>(sim::parse_duration(found->get<std::string>()));
}

std::string document_text(const Document& document) {
  std::string text;
  for (auto field = document.begin(); field != document.end(); ++field) {
    const bool is_long = field.key() == "steps" || field.key() == "nodes" || field.key() == "clients" ||
                         (field->is_object() && field->contains("choices"));
    text += text.empty() ? "\n  " : ",\n  ";
    text += Document(field.key()).dump() + ": ";
    text += is_long && !field->empty() ? listed_text(*field) : inline_text(*field);
  }
  return "{" + text + "\n}\n";
}

}  // namespace sentinel::analysis
