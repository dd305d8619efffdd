#include "analysis/check/junit.h"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <fstream>

#include "analysis/check/check_report.h"
#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

std::string failure_text(const CheckResult& result) {
  std::string text;
  for (const std::string& line : failure_lines(result)) text += line + "\n";
  return text;
}

}  // namespace

void write_junit(const std::filesystem::path& file, const std::vector<CheckResult>& results) {
  using boost::property_tree::ptree;
  ptree suite;
  std::size_t failed = 0;
  suite.put("<xmlattr>.name", "sentinel-sim");
  for (const CheckResult& result : results) {
    ptree test;
    test.put("<xmlattr>.classname", result.file.has_parent_path() ? result.file.parent_path().string() : ".");
    test.put("<xmlattr>.name", result.file.stem().string());
    test.put("<xmlattr>.time", result.seconds);
    if (!result.passed()) {
      ++failed;
      test.put("failure", failure_text(result)).put("<xmlattr>.message", failure_lines(result).front());
    }
    suite.add_child("testcase", test);
  }
  suite.put("<xmlattr>.tests", results.size());
  suite.put("<xmlattr>.failures", failed);
  ptree document;
  document.add_child("testsuite", suite);
  std::ofstream out{file};
  if (!out) throw sim::BadInput{file.string() + ": cannot write the JUnit file"};
  boost::property_tree::write_xml(out, document, boost::property_tree::xml_writer_settings<std::string>(' ', 2));
  if (!out.flush()) throw sim::BadInput{file.string() + ": cannot write the JUnit file"};
}

}  // namespace sentinel::analysis
